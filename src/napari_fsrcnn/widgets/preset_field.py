"""The drop-down of recipes, which also says that one was changed."""

from __future__ import annotations

from magicgui.widgets import ComboBox

from napari_fsrcnn.training.presets import PRESETS


class PresetField(ComboBox):
    """Offers the presets; the chosen one is called "fast, changed" once a field differs from it."""

    def __init__(self) -> None:
        super().__init__(
            name="preset",
            label="recipe",
            choices=list(PRESETS),
            tooltip="\n".join(f"{each.name}: {each.summary}" for each in PRESETS.values())
            + "\nIt fills in the fields; each of them can be changed.",
        )

    def mark(self, *, changed: bool) -> None:
        """Say whether a field differs from the recipe."""
        for index, name in enumerate(PRESETS):
            mark = ", changed" if changed and name == self.value else ""
            self.native.setItemText(index, name + mark)
