"""Who is measured: this engine, and the same weights in other libraries, each whole picture."""

from __future__ import annotations

import os
import tempfile
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from speed_layers import layers
from torch import Tensor
from torch.nn import functional

from napari_fsrcnn.networks.fsrcnn import FSRCNN
from napari_fsrcnn.networks.network import Network, as_module

Array = NDArray[np.float32]
Size = tuple[int, int]

Run = Callable[[Array], Array]
"""Maps a float32 plane (Y, X) to its enlargement."""

Peer = Callable[[Network, Size, int], Run]
"""Makes ready to run a network on planes of a size with so many threads."""


def engine(network: Network, _: Size, threads: int) -> Run:
    """Make ready this project's engine, as it is by default."""
    from napari_fsrcnn.inference.prepared import CPU, prepare
    from napari_fsrcnn.inference.tiles import upscale_plane

    torch.set_num_threads(threads)
    ready = prepare(network, CPU)
    return lambda lr: upscale_plane(ready, torch.from_numpy(lr)).numpy()


def plain_pytorch(network: Network, _: Size, threads: int) -> Run:
    """Make ready the network as it is usually written: contiguous, with a ConvTranspose2d."""
    torch.set_num_threads(threads)

    @torch.inference_mode()
    def run(lr: Array) -> Array:
        return np.asarray(_plain(network, torch.from_numpy(lr)[None, None])[0, 0])

    return run


def _plain(network: Network, lr: Tensor) -> Tensor:
    if not isinstance(network, FSRCNN):
        output: Tensor = as_module(network)(lr)
        return output
    last = network.deconvolution
    return functional.conv_transpose2d(
        network.features(lr),
        last.weight,
        last.bias,
        stride=last.scale,
        padding=last.padding,
        output_padding=last.scale + 2 * last.padding - last.KERNEL,
    )


def onnx_runtime(network: Network, shape: Size, threads: int) -> Run:
    """Make ready ONNX Runtime on the CPU."""
    from speed_export import to_onnx

    session = _session(to_onnx(layers(network), *shape), threads)

    def run(lr: Array) -> Array:
        hr: Array = session.run(None, {"lr": lr[None, None]})[0][0, 0]
        return hr

    return run


def _session(model: bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def openvino(network: Network, shape: Size, threads: int) -> Run:
    """Make ready OpenVINO on the CPU, in single precision and for the shortest time a picture."""
    import openvino
    from speed_export import to_onnx

    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
    }
    model = core.read_model(to_onnx(layers(network), *shape))
    compiled = core.compile_model(model, "CPU", settings)

    def run(lr: Array) -> Array:
        hr: Array = compiled({"lr": lr[None, None]})[0][0, 0]
        return hr

    return run


def opencv(network: Network, shape: Size, threads: int) -> Run:
    """Make ready OpenCV's dnn module."""
    import cv2
    from speed_export import to_onnx

    cv2.setNumThreads(threads)
    content = np.frombuffer(to_onnx(layers(network), *shape), np.uint8)
    net = cv2.dnn.readNetFromONNX(content)

    def run(lr: Array) -> Array:
        net.setInput(lr[None, None])
        hr: Array = net.forward()[0, 0]
        return hr

    return run


def ncnn(network: Network, _: Size, threads: int) -> Run:
    """Make ready ncnn on the CPU, in single precision."""
    import ncnn
    from speed_export import to_ncnn

    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    net.opt.use_vulkan_compute = False
    with tempfile.TemporaryDirectory() as folder:
        parameters, binary = to_ncnn(layers(network), Path(folder))
        if net.load_param(os.fspath(parameters)) or net.load_model(os.fspath(binary)):
            raise SystemExit("ncnn does not read the network.")
    last = f"m{len(layers(network))}"

    def run(lr: Array) -> Array:
        extractor = net.create_extractor()
        extractor.input("m0", ncnn.Mat(lr[None]))
        _, output = extractor.extract(last)
        hr: Array = np.array(output)[0]
        return hr

    return run


ENGINE = "this engine"
PLAIN = "PyTorch as usually written"

PEERS: dict[str, Peer] = {
    ENGINE: engine,
    PLAIN: plain_pytorch,
    "ONNX Runtime": onnx_runtime,
    "OpenVINO": openvino,
    "OpenCV dnn": opencv,
    "ncnn": ncnn,
}


def matrix_product(threads: int) -> tuple[Callable[[], Any], int]:
    """Make ready the fastest float32 matrix product at hand, and tell its multiply-adds.

    torch's own is that of MKL, which uses AVX-512 on its maker's processors only.
    """
    from speed_export import product_to_onnx

    torch.set_num_threads(threads)
    side = 1024
    one, other = torch.randn(2, side, side)
    session = _session(product_to_onnx(other.numpy()), threads)
    ways: list[Callable[[], Any]] = [
        lambda: torch.mm(one, other),
        lambda: session.run(None, {"given": one.numpy()}),
    ]
    return min(ways, key=lambda way: min(timeit.repeat(way, number=1, repeat=9))), side**3
