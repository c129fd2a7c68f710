"""The scripts in examples do what they say."""

import os
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from imageio.v3 import imwrite

from napari_fsrcnn.weights.checkpoint import read_checkpoint

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    camera = skimage.data.camera()
    for index, corner in enumerate([(60, 180), (90, 300), (300, 0), (250, 250)]):
        picture = camera[corner[0] : corner[0] + 120, corner[1] : corner[1] + 120]
        imwrite(folder / f"{index}.png", picture)
    return folder


def test_upscale_and_measure(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "upscale_and_measure.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert "fsrcnn-x2: 31.5" in printed
    assert "(512, 512) uint8 -> (1024, 1024) uint8" in printed


def test_train_on_a_folder(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = pictures.with_name("mine.safetensors")
    script = str(EXAMPLES / "train_on_a_folder.py")
    monkeypatch.setattr(sys, "argv", [script, str(pictures), str(out)])
    runpy.run_path(script, run_name="__main__")
    printed = capsys.readouterr().out
    assert "done after 200 steps" in printed
    validation = read_checkpoint(out).card.validation
    assert validation is not None
    assert f"{validation.psnr:.2f} dB, bicubic {validation.bicubic_psnr:.2f} dB" in printed


def test_a_network_of_another_package(pictures: Path, tmp_path: Path) -> None:
    project = tomllib.loads((EXAMPLES / "espcn/pyproject.toml").read_text())["project"]
    metadata = tmp_path / "installed" / f"{project['name']}-{project['version']}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\n")
    (metadata / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {module}\n" for name, module in points.items())
            for group, points in project["entry-points"].items()
        )
    )
    found = [str(metadata.parent), str(EXAMPLES / "espcn"), os.environ.get("PYTHONPATH", "")]
    out = tmp_path / "espcn-x2.safetensors"
    use_of_it = f"""
import napari_fsrcnn
import numpy as np
config = napari_fsrcnn.TrainingConfig(
    data=({str(pictures)!r},), arch="espcn", scale=2, steps=2, device="cpu", out={str(out)!r}
)
*_, finished = napari_fsrcnn.train(config)
lr = np.random.default_rng(0).random((40, 50), np.float32)
np.save({str(tmp_path / "hr.npy")!r}, napari_fsrcnn.upscale(lr, {str(out)!r}, device="cpu"))
"""
    subprocess.run(
        [sys.executable, "-c", use_of_it],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(found)},
        check=True,
        timeout=120,
    )
    assert np.load(tmp_path / "hr.npy").shape == (80, 100)
