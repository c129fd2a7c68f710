"""The widget *Evaluate*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.layers import Image
from napari.utils.notifications import show_error, show_warning
from qtpy.compat import isalive
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from napari_fsrcnn.datasets.pairs import Unusable
from napari_fsrcnn.evaluation.figures import LeftOut, ModelScore
from napari_fsrcnn.evaluation.grid_csv import write_csv
from napari_fsrcnn.widgets.evaluate_form import EvaluateForm
from napari_fsrcnn.widgets.evaluate_job import EvaluateJob, OpenJob
from napari_fsrcnn.widgets.evaluating import Opened, Request
from napari_fsrcnn.widgets.job_widget import JobWidget
from napari_fsrcnn.widgets.opened_layers import open_layers
from napari_fsrcnn.widgets.picture_fields import selected_layers
from napari_fsrcnn.widgets.preferences import use_preferred_cache
from napari_fsrcnn.widgets.save_dialog import ask_where_to_save
from napari_fsrcnn.widgets.score_table import ScoreTable
from napari_fsrcnn.widgets.scrolled import Scrolled
from napari_fsrcnn.widgets.session_models import models_changed
from napari_fsrcnn.widgets.train_text import link

_TOLD = 5  # of the pictures that are left out


class EvaluateWidget(JobWidget):
    """Measures models on pictures in a thread, and shows what stands behind a figure.

    Parameters
    ----------
    napari_viewer : napari.Viewer
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__(napari_viewer, "Evaluate")
        self._request: Request | None = None
        self._over: dict[str, Image] = {}
        self._left_out = 0
        self._opening: OpenJob | None = None
        self._summary = ""
        self._unusable: dict[str, str] = {}
        self.form = EvaluateForm()
        self.form.browse.began.connect(lambda path: self.tell(f"Loading {path.name}..."))
        self.form.browse.loaded.connect(lambda path, _: self.tell(f"{path.name} is loaded."))
        self.form.browse.failed.connect(self.refuse)
        self.table = ScoreTable()
        self.table.chosen.connect(self.open)
        self.table.selected.connect(self._show_buttons)
        self.open_button = QPushButton("Open layers")
        self.open_button.setToolTip(
            "Show LR, bicubic, the model's result, HR and the error of the selected row"
        )
        self.open_button.clicked.connect(self._open_selected)
        self.save_button = QPushButton("Save as CSV...")
        self.save_button.clicked.connect(self._ask_where)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.status.setOpenExternalLinks(True)
        self._arrange()
        self._show_buttons()
        models_changed.connect(self._follow_models)
        napari_viewer.layers.selection.events.changed.connect(self._show_selection)
        self._show_selection()

    def start(self) -> None:
        """Start as the form says, or say why it can't be started."""
        layers = selected_layers(self._viewer)
        try:
            request = self.form.request(layers)
        except ValueError as error:
            self.refuse(str(error))
            return
        use_preferred_cache()
        self._request, self._left_out, self._unusable, self._summary = request, 0, {}, ""
        self._over = (
            {} if isinstance(request.data, str) else {layer.name: layer for layer in layers}
        )
        if self._opening is not None:
            self._opening.stop()
        self.table.clear()
        self._show_buttons()
        self.status.setText("Reading pictures...")
        self.status.setToolTip("")
        job = EvaluateJob(request)
        job.measured.connect(self._show)
        job.ended.connect(lambda: self._sum_up(job))
        self.run_job(job)

    def open(self, score: ModelScore) -> None:
        """Put a row's picture into the viewer, once it is restored again in a thread."""
        if self._request is None or self._opening is not None:
            return
        over = self._over
        opening = f"Opening {score.image.name}..."

        def show(opened: Opened) -> None:
            open_layers(self._viewer, opened, over.get(opened.label))

        def end() -> None:
            if isalive(self):
                self._opening = None
                self._show_buttons()
                if self.status.text() == opening:
                    self.tell(self._summary)

        self._opening = job = OpenJob(self._request, score.model, score.image.name)
        job.opened.connect(show)
        job.told.connect(self.tell)
        job.ended.connect(end)
        self.destroyed.connect(job.stop)
        self._show_buttons()
        self.tell(opening)
        job.start()

    def stop(self) -> None:
        """End what is going on: an evaluation, a row that is being opened."""
        super().stop()
        if self._opening is not None:
            self._opening.stop()

    def save(self, path: Path) -> None:
        """Write the table as CSV, or say why that can't be done."""
        try:
            write_csv(path, self.table.scores)
        except OSError as error:
            show_error(f"The table could not be saved. {error}")
        else:
            self.status.setText(f"Saved as {link(path.absolute())}.")

    def show_running(self, *, running: bool) -> None:
        """Let the form rest while a job is going on."""
        super().show_running(running=running)
        self.form.setEnabled(not running)
        if not running:
            self.form.device.reset_choices()  # torch is loaded by now

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        for part in (Scrolled(self.form), self.button, self.status):
            layout.addWidget(part)
        layout.addWidget(self.table, stretch=1)
        row = QHBoxLayout()
        for button in (self.open_button, self.save_button):
            row.addWidget(button, stretch=1)
        layout.addLayout(row)

    def _show(self, event: object) -> None:
        if not isalive(self):
            return
        if isinstance(event, ModelScore):
            self.table.add(event)
            self.save_button.setEnabled(True)
        elif isinstance(event, LeftOut):
            self._left_out += 1
        elif isinstance(event, Unusable):
            # The smallest scale comes first, and its reason holds for the others.
            self._unusable.setdefault(event.name, event.sentence)

    def _sum_up(self, job: EvaluateJob) -> None:
        if not isalive(self):
            return
        if job.stopping:
            summary = "Stopped: what was measured stays."
        elif job.seconds is not None:
            n_rows = len(self.table.scores)
            rows = f"{n_rows:,} row{'' if n_rows == 1 else 's'}"
            summary = f"{rows} on {job.device} in {job.seconds:.1f} s."
        else:
            return
        if self._left_out:
            summary += (
                f" Left out, because a model was trained or chosen on them: {self._left_out}."
            )
        if self._unusable:
            sentences = list(self._unusable.values())
            left_out = _in_words(sentences)
            summary += f"\n{left_out}"
            self.status.setToolTip("\n".join(sentences))
            show_warning(left_out)
        self._summary = summary
        self.status.setText(summary)

    def _show_buttons(self) -> None:
        self.open_button.setEnabled(self.table.current is not None and self._opening is None)
        self.save_button.setEnabled(bool(self.table.scores))

    def _open_selected(self) -> None:
        if self.table.current is not None:
            self.open(self.table.current)

    def _ask_where(self) -> None:
        if path := ask_where_to_save(self, "Save table as", "Tables", "evaluation.csv"):
            self.save(path)

    def _show_selection(self) -> None:
        self.form.show_layers([layer.name for layer in selected_layers(self._viewer)])

    def _follow_models(self) -> None:
        # This signal outlives the window.
        if isalive(self):
            self.form.models.follow_models()


def _in_words(sentences: list[str]) -> str:
    """Say which pictures are left out, how many, and why."""
    lines = [f"Left out, because they can't be measured: {len(sentences)}.", *sentences[:_TOLD]]
    if len(sentences) > _TOLD:
        lines.append("... (the tooltip of this line has all)")
    return "\n".join(lines)
