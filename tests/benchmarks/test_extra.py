"""Benchmarks whose packages are missing."""

import importlib
import sys

import pytest


@pytest.mark.parametrize("benchmark", ["training_speed", "time_to_quality"])
def test_the_extra_is_named_where_h5py_is_missing(
    monkeypatch: pytest.MonkeyPatch, benchmark: str
) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    monkeypatch.delitem(sys.modules, "training_speed", raising=False)
    monkeypatch.delitem(sys.modules, benchmark, raising=False)
    with pytest.raises(SystemExit, match=r"pip install napari-fsrcnn\[benchmarks\]"):
        importlib.import_module(benchmark)
