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

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

EPSILON = 1e-8

LONGEST = 1024
"""Most inputs of a layer for which directions are looked for; with more the cost would show."""

_DIRECTIONS = {"outputs": "left", "inputs": "right"}

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
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the weights by their gradients."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, self.state[weight], group)
        return loss

    def _move(self, weight: Tensor, state: State, group: dict[str, Any]) -> None:
        assert weight.grad is not None  # noqa: S101
        decay = group["decay"]
        gradient = weight.grad.flatten(1) if weight.dim() > 1 else weight.grad
        products = _products(gradient)
        if not state:
            state |= {"mean": torch.zeros_like(gradient), "square": torch.zeros_like(gradient)}
            state["step"] = torch.tensor(0.0)
            for side, product in products.items():
                state[side], state[_DIRECTIONS[side]] = product, _orthogonal(product)
        # The mean is kept as it is, for the directions turn; its square is kept in them.
        state["mean"].lerp_(gradient, 1 - decay)
        state["square"].lerp_(_turned(state, gradient).square(), 1 - decay)
        change = _turned(state, state["mean"]) / (state["square"].sqrt() + EPSILON)
        # Both averages began at zero, which this makes up for.
        state["step"] += 1
        begun = 1 - decay ** int(state["step"])
        change = _turned_back(state, change).view(weight.shape)
        weight.sub_(change, alpha=group["lr"] / math.sqrt(begun))
        for side, product in products.items():
            state[side].lerp_(product, 1 - decay)
        if int(state["step"]) % group["refresh"] == 0:
            _refresh(state)


def _products(gradient: Tensor) -> State:
    """Multiply a matrix with itself, over those of its sides that are short enough."""
    if gradient.dim() == 1:
        return {}
    products = {"outputs": gradient @ gradient.T}
    if gradient.shape[1] <= LONGEST:
        products["inputs"] = gradient.T @ gradient
    return products


def _turned(state: State, matrix: Tensor) -> Tensor:
    """Write a matrix in the directions."""
    if "left" in state:
        matrix = state["left"].T @ matrix
    return matrix @ state["right"] if "right" in state else matrix


def _turned_back(state: State, matrix: Tensor) -> Tensor:
    """Write a matrix that is given in the directions as it is without them."""
    if "left" in state:
        matrix = state["left"] @ matrix
    return matrix @ state["right"].T if "right" in state else matrix


def _refresh(state: State) -> None:
    """Turn the directions towards the eigenvectors, the largest eigenvalue's first."""
    for axis, (side, directions) in enumerate(_DIRECTIONS.items()):
        if side in state:
            ahead = state[side] @ state[directions]
            order = (state[directions] * ahead).sum(0).argsort(descending=True)
            state["square"] = state["square"].index_select(axis, order)
            state[directions] = _orthogonal(ahead[:, order])


def _orthogonal(columns: Tensor) -> Tensor:
    """Make columns orthogonal, one after the other: with their product, a step of power iteration."""
    orthogonal: Tensor = torch.linalg.qr(columns.cpu())[0]
    return orthogonal.to(columns.device).contiguous()
