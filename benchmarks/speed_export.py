"""The layers of a network as the files of other libraries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from speed_layers import Conv, Layer, PReLU, ReLU, Shuffle


def to_onnx(layers: Sequence[Layer], height: int, width: int) -> bytes:
    """Write an ONNX model for one plane of a fixed size, which lets each library plan ahead."""
    nodes, tensors = [], []

    def tensor(name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> str:
        tensors.append(numpy_helper.from_array(values, name))
        return name

    given = "lr"
    for index, layer in enumerate(layers):
        output = "hr" if index == len(layers) - 1 else f"maps{index}"
        match layer:
            case Conv(weight, bias, before, after):
                inputs = [given, tensor(f"w{index}", weight), tensor(f"b{index}", bias)]
                pads = [before, before, after, after]
                kernel = list(weight.shape[-2:])  # OpenCV does not take it from the weights
                nodes.append(
                    helper.make_node("Conv", inputs, [output], pads=pads, kernel_shape=kernel)
                )
            case PReLU(slopes):
                inputs = [given, tensor(f"s{index}", slopes.reshape(-1, 1, 1))]
                nodes.append(helper.make_node("PRelu", inputs, [output]))
            case ReLU():
                nodes.append(helper.make_node("Relu", [given], [output]))
            case Shuffle(scale):
                order = {"blocksize": scale, "mode": "CRD"}
                nodes.append(helper.make_node("DepthToSpace", [given], [output], **order))
        given = output
    lr = helper.make_tensor_value_info("lr", TensorProto.FLOAT, [1, 1, height, width])
    hr = helper.make_tensor_value_info("hr", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "network", [lr], [hr], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checked = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    return bytes(checked.SerializeToString())


def product_to_onnx(matrix: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> bytes:
    """Write an ONNX model that multiplies what it is given by a matrix."""
    rows, columns = matrix.shape
    given = helper.make_tensor_value_info("given", TensorProto.FLOAT, [None, rows])
    product = helper.make_tensor_value_info("product", TensorProto.FLOAT, [None, columns])
    node = helper.make_node("MatMul", ["given", "matrix"], ["product"])
    tensor = numpy_helper.from_array(matrix, "matrix")
    graph = helper.make_graph([node], "product", [given], [product], [tensor])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def to_ncnn(layers: Sequence[Layer], folder: Path) -> tuple[Path, Path]:
    """Write ncnn's two files: the layers as text, and their weights."""
    lines, weights = ["Input lr 0 1 m0"], b""
    for index, layer in enumerate(layers):
        ends = f"l{index} 1 1 m{index} m{index + 1}"
        match layer:
            case Conv(weight, bias, before, after):
                pads = f"4={before} 14={before} 15={after} 16={after}"
                sizes = f"0={len(weight)} 1={weight.shape[-1]} 5=1 6={weight.size}"
                lines.append(f"Convolution {ends} {sizes} {pads}")
                weights += bytes(4) + weight.tobytes() + bias.tobytes()
            case PReLU(slopes):
                lines.append(f"PReLU {ends} 0={slopes.size}")
                weights += slopes.tobytes()
            case ReLU():
                lines.append(f"ReLU {ends}")
            case Shuffle(scale):
                lines.append(f"PixelShuffle {ends} 0={scale}")
    counts = f"{len(lines)} {len(lines)}"
    parameters, binary = folder / "network.param", folder / "network.bin"
    parameters.write_text("\n".join(["7767517", counts, *lines, ""]), encoding="ascii")
    binary.write_bytes(weights)
    return parameters, binary
