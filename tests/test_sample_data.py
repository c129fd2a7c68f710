"""The chart in the package is what its script draws, and it is in the wheel."""

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import imageio.v3 as iio
import numpy as np

ROOT = Path(__file__).parents[1]

LOAD = """
from napari.components import ViewerModel
from npe2 import PluginManager
import napari_fsrcnn

PluginManager.instance().discover()
(layer,) = ViewerModel().open_sample("napari-fsrcnn", "resolution-chart")
print(napari_fsrcnn.__file__, layer.rgb, layer.data.shape, layer.data.dtype, layer.data.sum())
"""


def test_the_chart_is_what_the_script_draws(tmp_path: Path) -> None:
    script = ROOT / "sample_data" / "resolution_chart.py"
    subprocess.run([sys.executable, script, tmp_path / "chart.png"], check=True, timeout=120)
    drawn = iio.imread(tmp_path / "chart.png").astype(int)
    shipped = iio.imread(str(files("napari_fsrcnn") / "widgets/samples/resolution_chart.png"))
    # Another version of numpy may turn the last bit of a sine, and with it a point on an edge.
    assert np.abs(drawn - shipped).max() <= 4


def test_the_first_sample_opens_from_an_installed_wheel(tmp_path: Path) -> None:
    source, wheels, target = tmp_path / "source", tmp_path / "wheels", tmp_path / "target"
    source.mkdir()
    for name in ("LICENSE", "README.md", "pyproject.toml", "setup.cfg"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(
        ROOT / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", wheels, source],
        check=True,
        timeout=200,
    )
    (wheel,) = wheels.glob("napari_fsrcnn-*.whl")
    subprocess.run([*pip, "install", *offline, "--target", target, wheel], check=True, timeout=100)
    run = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**os.environ, "PYTHONPATH": str(target)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    shipped = iio.imread(ROOT / "src/napari_fsrcnn/widgets/samples/resolution_chart.png")
    file = target / "napari_fsrcnn" / "__init__.py"
    assert run.stdout.strip() == f"{file} True (512, 512, 3) uint8 {shipped.sum()}"
