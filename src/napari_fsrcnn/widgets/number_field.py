"""A field for a number of any size, which a spin box would round."""

from __future__ import annotations

from typing import Any

from magicgui.widgets import LineEdit


class NumberField(LineEdit):
    """Takes a number as it is typed, 1e-7 as well as 0.01."""

    def get_value(self) -> Any:
        """Return the number; what is none stays text, for the configuration to refuse in words."""
        text = super().get_value()
        try:
            return float(text)
        except ValueError:
            return text
