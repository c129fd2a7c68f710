"""Saving a model: through the dialog, and when it can't be done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from napari.utils.notifications import ErrorNotification, notification_manager
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.weights.card import Card
from napari_fsrcnn.weights.checkpoint import read_checkpoint
from napari_fsrcnn.weights.model import Model
from napari_fsrcnn.widgets.save_button import SaveButton
from napari_fsrcnn.widgets.save_dialog import ask_where_to_save


@pytest.fixture
def button(qtbot: QtBot) -> SaveButton:
    network = get_architecture("fsrcnn-s").build(2)
    card = Card(architecture="fsrcnn-s", hyperparameters=dict(network.hyperparameters), scale=2)
    button = SaveButton()
    qtbot.addWidget(button)
    button.offer(Model("fsrcnn-s-x2-now", network, card))
    return button


@pytest.fixture
def qt_dialogs() -> Iterator[None]:
    """Qt's own file dialogs: the system's are out of a test's reach, and the same to a program."""
    attribute = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    QApplication.setAttribute(attribute)
    yield
    QApplication.setAttribute(attribute, False)


@pytest.mark.usefixtures("qt_dialogs")
@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("mine", "mine.safetensors"),
        ("mine.safetensors", "mine.safetensors"),
        (None, "fsrcnn-s-x2-now.safetensors"),
    ],
)
def test_it_is_written_where_the_dialog_says(
    button: SaveButton, tmp_path: Path, typed: str | None, written: str
) -> None:
    saved: list[Path] = []
    button.saved.connect(saved.append)

    def fill_in() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.setDirectory(str(tmp_path))
        if typed is not None:
            dialog.findChild(QLineEdit).setText(typed)
        dialog.accept()

    QTimer.singleShot(0, fill_in)
    button.click()
    assert saved == [tmp_path / written]
    assert [path.name for path in tmp_path.glob("*.safetensors")] == [written]
    assert read_checkpoint(tmp_path / written).scale == 2


@pytest.mark.usefixtures("qt_dialogs")
@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("plate/A1 x2.zarr", "plate_A1 x2.zarr"),
        ('a\\b:c*d?e"f<g>h|i\n.csv', "a_b_c_d_e_f_g_h_i_.csv"),
        ("Zellen µm [fsrcnn-x2].zarr", "Zellen µm [fsrcnn-x2].zarr"),
    ],
)
def test_what_is_proposed_can_be_the_name_of_a_file(qtbot: QtBot, name: str, proposed: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    QTimer.singleShot(0, lambda: QApplication.activeModalWidget().accept())
    path = ask_where_to_save(parent, "Save", "Files", name)
    assert path is not None
    assert path.name == proposed


@pytest.mark.usefixtures("qt_dialogs")
def test_a_dialog_that_is_left_writes_nothing(button: SaveButton, tmp_path: Path) -> None:
    def leave() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.setDirectory(str(tmp_path))
        dialog.reject()

    QTimer.singleShot(0, leave)
    button.click()
    assert not list(tmp_path.glob("*.safetensors"))


def test_what_can_not_be_written_is_said_and_the_model_kept(
    button: SaveButton, tmp_path: Path
) -> None:
    notification_manager.records.clear()
    button.save(tmp_path / "no such folder/mine.safetensors")
    (notice,) = notification_manager.records
    assert "could not be saved" in notice.message
    assert "does not exist" in notice.message
    assert not isinstance(notice, ErrorNotification)
    button.save(tmp_path / "mine.safetensors")
    assert (tmp_path / "mine.safetensors").is_file()


def test_without_a_model_it_rests(qtbot: QtBot) -> None:
    button = SaveButton()
    qtbot.addWidget(button)
    assert not button.isEnabled()
