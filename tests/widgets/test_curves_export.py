"""The curves can be saved as a table and as a picture."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QColor

from napari_fsrcnn.widgets.curves import Curves


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    """Curves of a run of 20 steps that has been validated once."""
    curves = Curves()
    qtbot.addWidget(curves)
    curves.follow_theme("dark")
    curves.resize(300, 400)
    curves.show()
    curves.start(20, 29.5, "l1")
    curves.loss += [(5, 0.2), (10, 0.1)]
    curves.psnr.append((10, 31.25))
    curves.draw()
    return curves


def test_csv(curves: Curves, tmp_path: Path) -> None:
    curves.save(tmp_path / "curves.csv")
    rows = np.genfromtxt(tmp_path / "curves.csv", delimiter=",", names=True)
    assert rows.dtype.names == ("step", "loss", "psnr", "bicubic_psnr")
    np.testing.assert_array_equal(rows["step"], [5, 10])
    np.testing.assert_array_equal(rows["loss"], [0.2, 0.1])
    np.testing.assert_array_equal(rows["psnr"], [np.nan, 31.25])
    np.testing.assert_array_equal(rows["bicubic_psnr"], [29.5, 29.5])


def test_png(curves: Curves, tmp_path: Path) -> None:
    curves.save(tmp_path / "curves.png")
    picture = imageio.imread(tmp_path / "curves.png")
    assert min(picture.shape[:2]) > 500
    loss = QColor("#3f83c4").getRgb()[:3]
    assert (np.abs(picture[..., :3].astype(int) - loss).sum(-1) < 30).any()


@pytest.mark.parametrize("name", ["curves.csv", "curves.png"])
def test_what_can_not_be_written_is_said(curves: Curves, tmp_path: Path, name: str) -> None:
    notification_manager.records.clear()
    saved: list[Path] = []
    curves.saved.connect(saved.append)
    curves.save(tmp_path / "nowhere" / name)
    (notice,) = notification_manager.records
    assert "nowhere does not exist" in notice.message
    assert not saved
