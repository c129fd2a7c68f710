"""What the quality benchmark needs."""

import sys

import pytest
from quality_models import others


def test_the_extra_is_named_where_opencv_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.delitem(sys.modules, "opencv_superres", raising=False)
    with pytest.raises(SystemExit, match=r"pip install napari-fsrcnn\[benchmarks\]"):
        next(others())
