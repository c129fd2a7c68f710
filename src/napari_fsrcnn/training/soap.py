"""SOAP: Adam in the directions in which a layer's gradient varies on its own.

A layer's weight is taken as a matrix with a row for each output. Two moving averages, of G @ G.T
and of G.T @ G, tell how its gradient G varies over outputs and over inputs; their eigenvectors are
the directions. In networks as small as SRCNN and FSRCNN these matrices are small too: a step costs
little more than Adam's, and far fewer are needed. Where the inputs are too many for that, as in
SRCNN 9-5-5, input channels and the pixels of the kernel have directions of their own.

References
----------
Vyas et al., "SOAP: Improving and stabilizing Shampoo using Adam", arXiv 2409.11321, algorithm 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

EPSILON = 1e-8

LONGEST = 1024
"""Longest axis for which directions are looked for; with more the cost would show."""

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
        gradient = _by_axes(weight.grad)
        products = _products(gradient)
        if not state:
            state |= {"mean": torch.zeros_like(gradient), "square": torch.zeros_like(gradient)}
            state["step"] = torch.tensor(0.0)
            for axis, product in products.items():
                state[f"products{axis}"] = product
                state[f"directions{axis}"] = _orthogonal(product)
        directions = [state.get(f"directions{axis}") for axis in range(gradient.dim())]
        back = [None if each is None else each.T for each in directions]
        # The mean is kept as it is, for the directions turn; its square is kept in them.
        state["mean"].lerp_(gradient, 1 - decay)
        state["square"].lerp_(_turned(gradient, directions).square(), 1 - decay)
        change = _turned(state["mean"], directions) / (state["square"].sqrt() + EPSILON)
        # Both averages began at zero, which this makes up for.
        state["step"] += 1
        begun = 1 - decay ** int(state["step"])
        change = _turned(change, back).reshape(weight.shape)
        weight.sub_(change, alpha=group["lr"] / math.sqrt(begun))
        for axis, product in products.items():
            state[f"products{axis}"].lerp_(product, 1 - decay)
        if int(state["step"]) % group["refresh"] == 0:
            _refresh(state)


def _by_axes(gradient: Tensor) -> Tensor:
    """Lay a layer's gradient out over outputs and inputs, or outputs, channels and kernel pixels."""
    if gradient.dim() < 3:
        return gradient
    matrix = gradient.flatten(1)
    return matrix if matrix.shape[1] <= LONGEST else gradient.flatten(2)


def _products(gradient: Tensor) -> dict[int, Tensor]:
    """Multiply a gradient with itself, over every axis but one, for each axis of a fit length."""
    if gradient.dim() == 1:
        return {}
    rows = {axis: gradient.movedim(axis, 0).flatten(1) for axis in range(gradient.dim())}
    return {axis: each @ each.T for axis, each in rows.items() if len(each) <= LONGEST}


def _turned(gradient: Tensor, directions: Sequence[Tensor | None]) -> Tensor:
    """Multiply each axis by its matrix, where it has one."""
    # One axis after the other comes first and goes last, so that in the end all are in place.
    for each in directions:
        gradient = gradient.movedim(0, -1)
        gradient = gradient if each is None else gradient @ each
    return gradient


def _refresh(state: State) -> None:
    """Turn the directions towards the eigenvectors, the largest eigenvalue's first."""
    for axis in range(state["square"].dim()):
        products, directions = f"products{axis}", f"directions{axis}"
        if products in state:
            ahead = state[products] @ state[directions]
            order = (state[directions] * ahead).sum(0).argsort(descending=True)
            state["square"] = state["square"].index_select(axis, order)
            state[directions] = _orthogonal(ahead[:, order])


def _orthogonal(columns: Tensor) -> Tensor:
    """Make columns orthogonal, one after the other: with their product, a step of power iteration."""
    orthogonal: Tensor = torch.linalg.qr(columns.cpu())[0]
    return orthogonal.to(columns.device).contiguous()
