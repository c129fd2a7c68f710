"""Shrink a photograph, restore it with a shipped model, and say how much better than bicubic it is.

python examples/upscale_and_measure.py
"""

import skimage.data

import napari_fsrcnn

camera = skimage.data.camera()

# Without a reference: the picture is shrunk, restored, and compared with itself.
test = napari_fsrcnn.self_test(camera, scale=2)
for model in test.models:
    print(f"{model.name}: {model.psnr:.2f} dB, {model.psnr_gain:+.2f} dB against bicubic")
print(test.advice)

# The picture itself, enlarged: dtype and value range stay as they were.
large = napari_fsrcnn.upscale(camera, model="fsrcnn-x2")
print(f"{camera.shape} {camera.dtype} -> {large.shape} {large.dtype}")
