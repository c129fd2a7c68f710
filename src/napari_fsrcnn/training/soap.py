"""SOAP: Adam in the directions in which a layer's gradient varies on its own.

A layer's weight is taken as a matrix with a row for each output. Two moving averages, of G @ G.T
and of G.T @ G, tell how its gradient G varies over outputs and over inputs; their eigenvectors are
the directions. In networks as small as SRCNN and FSRCNN these matrices are small too: a step costs
little more than Adam's, and far fewer are needed.

References
----------
Vyas et al., "SOAP: Improving and stabilizing Shampoo using Adam", arXiv 2409.11321, algorithm 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

EPSILON = 1e-8

State = dict[str, Tensor]


class Soap(torch.optim.Optimizer):
    """The optimiser; weights of one axis, such as biases and slopes, are left to Adam.

    Parameters
    ----------
    params : iterable
        Weights, or groups of them.
    lr : float
        Learning rate: about the root mean square of one step's change.
    decay : float
        Of the averages of the gradient, of its square and of the two matrices.
    refresh : int
        Steps between two looks for new directions.
    """

    def __init__(
        self, params: Iterable[Any], lr: float, decay: float = 0.95, refresh: int = 10
    ) -> None:
        super().__init__(params, {"lr": lr, "decay": decay, "refresh": refresh})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override]
        """Move the weights by their gradients."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    move = _move_vector if weight.dim() == 1 else _move_matrix
                    change = move(self.state[weight], weight.grad, group["decay"], group["refresh"])
                    weight.sub_(change.view(weight.shape), alpha=group["lr"])
        return loss


def _move_vector(state: State, gradient: Tensor, decay: float, _refresh: int) -> Tensor:
    """Give Adam's change."""
    if not state:
        _start(state, gradient)
    state["mean"].lerp_(gradient, 1 - decay)
    return _normalised(state, state["mean"], gradient, decay)


def _move_matrix(state: State, gradient: Tensor, decay: float, refresh: int) -> Tensor:
    """Give Adam's change in the layer's directions, as a matrix."""
    matrix = gradient.flatten(1)
    outputs, inputs = matrix @ matrix.T, matrix.T @ matrix
    if not state:
        # The first gradient only tells the directions.
        _start(state, matrix)
        state |= {"outputs": outputs, "inputs": inputs}
        state["left"], state["right"] = _eigenvectors(outputs), _eigenvectors(inputs)
        return torch.zeros_like(matrix)
    left, right = state["left"], state["right"]
    # The average is kept as it is, for the directions turn; its square is kept in them.
    state["mean"].lerp_(matrix, 1 - decay)
    turned = left.T @ state["mean"] @ right
    change = left @ _normalised(state, turned, left.T @ matrix @ right, decay) @ right.T
    state["outputs"].lerp_(outputs, 1 - decay)
    state["inputs"].lerp_(inputs, 1 - decay)
    if (int(state["step"]) - 1) % refresh == 0:
        state["left"], rows = _turned_on(state["outputs"], left)
        state["right"], columns = _turned_on(state["inputs"], right)
        state["square"] = state["square"][rows][:, columns].contiguous()
    return change


def _start(state: State, gradient: Tensor) -> None:
    state |= {"mean": torch.zeros_like(gradient), "square": torch.zeros_like(gradient)}
    state["step"] = torch.tensor(0.0)


def _normalised(state: State, mean: Tensor, gradient: Tensor, decay: float) -> Tensor:
    """Divide the mean by the root of the mean square, both made up for their start at zero."""
    state["step"] += 1
    state["square"].lerp_(gradient.square(), 1 - decay)
    started = 1 - decay ** int(state["step"])
    return (mean / started) / ((state["square"] / started).sqrt() + EPSILON)


def _eigenvectors(matrix: Tensor) -> Tensor:
    """Find the eigenvectors, as columns, the largest eigenvalue's first."""
    vectors: Tensor = torch.linalg.eigh(matrix.cpu())[1]
    return vectors.flip(1).to(matrix.device).contiguous()


def _turned_on(matrix: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Bring eigenvectors up to date by one step of power iteration, with the order they then have."""
    ahead = matrix @ vectors
    order = (vectors * ahead).sum(0).argsort(descending=True)
    turned: Tensor = torch.linalg.qr(ahead[:, order].cpu())[0]
    return turned.to(matrix.device).contiguous(), order
