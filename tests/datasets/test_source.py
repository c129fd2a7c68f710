"""Data by the name that the user gives."""

from pathlib import Path

import numpy as np
import pytest
from tests.conftest import DataFolder

from napari_fsrcnn.datasets.source import read_pairs
from napari_fsrcnn.files.picture import Picture
from napari_fsrcnn.files.pictures import write_picture


def test_the_same_pictures_by_name_and_by_folder(data_folder: DataFolder) -> None:
    by_folder, by_name = read_pairs(data_folder("BSD100"), 4), read_pairs("bsd100", 4)
    assert by_name[0].name == "bsd100/img_001"
    assert [pair.name for pair in by_folder] == [pair.name for pair in by_name]
    for left, right in zip(by_folder, by_name, strict=True):
        np.testing.assert_array_equal(left.hr, right.hr)


def test_a_folder_called_bsd100(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bsd100").mkdir()
    write_picture(tmp_path / "bsd100" / "mine.png", Picture(np.zeros((8, 8), np.uint8)))
    monkeypatch.chdir(tmp_path)
    assert [pair.name for pair in read_pairs("./bsd100", 2)] == ["bsd100/mine"]
