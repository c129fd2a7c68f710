"""Training goes on in a process that draws by software, where two LLVMs meet."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
import napari
import numpy as np

viewer = napari.Viewer(show=True)
viewer.add_image(np.eye(64))
viewer.screenshot(flash=False)  # Mesa has its LLVM by now
assert "torch" not in sys.modules

{measure}
import torch

torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])
import lightning_fabric

print("survived", flush=True)
viewer.close()
"""

MEASURE = """
from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl
flags = sys.getdlopenflags()
import_triton_beside_opengl()
assert sys.getdlopenflags() == flags
"""


@pytest.mark.viewer
def test_an_optimiser_after_the_first_picture() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(measure=MEASURE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "survived" in run.stdout, run.stderr
