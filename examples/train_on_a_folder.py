"""Train a network on a folder of pictures, and look at how it does while it learns.

    python examples/train_on_a_folder.py PICTURES mine.safetensors

The step count here is for a first look; `docs/training.md` says how long it pays to go on.
"""

import sys
from pathlib import Path

import napari_fsrcnn
from napari_fsrcnn.training.events import Finished, Validated

folder, out = Path(sys.argv[1]), Path(sys.argv[2])

config = napari_fsrcnn.TrainingConfig(
    data=(str(folder),), arch="fsrcnn-s", scale=2, steps=200, validate_every=100, out=out
)
for event in napari_fsrcnn.train(config):
    if isinstance(event, Validated):
        print(f"step {event.step}: {event.psnr:.2f} dB, bicubic {event.bicubic_psnr:.2f} dB")
    if isinstance(event, Finished):
        print(f"{event.reason} after {event.step} steps")

print(
    f"Written: {napari_fsrcnn.load_model(out).name}, to be chosen in Upscale, or by --model {out}"
)
