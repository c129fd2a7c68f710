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

from napari_fsrcnn.networks.recorded import Recorded

EPSILON = 1e-8

LONGEST = 1024
"""Longest axis for which directions are looked for; with more the cost would show."""

State = dict[str, Tensor]


class Soap(torch.optim.Optimizer):
    """The optimiser; weights of one axis, such as biases and slopes, are left to Adam.

    A state is loaded before the first step, for on a GPU steps are recorded with their memory.

    Parameters
    ----------
    params : iterable
        Weights, or groups of them, all on one device; those of a group get their gradients in the
        same steps.
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
        device = next(each for group in self.param_groups for each in group["params"]).device
        # What a group's changes are multiplied by: on the device, where recorded work reads it.
        self._factors = [torch.zeros((), device=device) for _ in self.param_groups]
        self._recorded = Recorded(device)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the weights by their gradients."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        learnt = [_with_gradients(group) for group in self.param_groups]
        for group, weights, factor in zip(self.param_groups, learnt, self._factors, strict=True):
            for weight, gradient in weights:
                if not self.state[weight]:
                    self.state[weight] |= _first_state(_by_axes(gradient))
                self.state[weight]["step"] += 1
            if weights:
                steps = int(self.state[weights[0][0]]["step"])
                # Both averages began at zero, which this makes up for.
                factor.fill_(group["lr"] / math.sqrt(1 - group["decay"] ** steps))
        where = tuple(gradient.data_ptr() for weights in learnt for _, gradient in weights)
        self._recorded(lambda: self._move(learnt), where)
        due = [
            self.state[weight]
            for group, weights in zip(self.param_groups, learnt, strict=True)
            for weight, _ in weights
            if int(self.state[weight]["step"]) % group["refresh"] == 0
        ]
        _refresh(due)
        return loss

    def _move(self, learnt: list[list[tuple[Tensor, Tensor]]]) -> None:
        """Move all weights, and the averages with them."""
        for group, pairs, factor in zip(self.param_groups, learnt, self._factors, strict=True):
            if pairs:
                weights = [weight for weight, _ in pairs]
                gradients = [_by_axes(gradient) for _, gradient in pairs]
                states = [self.state[weight] for weight in weights]
                changes = [
                    change.reshape(weight.shape)
                    for change, weight in zip(
                        _changes(states, gradients, group["decay"]), weights, strict=True
                    )
                ]
                torch._foreach_sub_(weights, torch._foreach_mul(changes, factor))


def _with_gradients(group: dict[str, Any]) -> list[tuple[Tensor, Tensor]]:
    """Give the weights of a group that have a gradient, each with it."""
    return [(weight, weight.grad) for weight in group["params"] if weight.grad is not None]


def _first_state(gradient: Tensor) -> State:
    """Give what is known of a weight before its first step, with the gradient of that step."""
    products = _products(gradient)
    directions = _orthogonal(list(products.values()))
    return {
        "mean": torch.zeros_like(gradient),
        "square": torch.zeros_like(gradient),
        "step": torch.tensor(0.0),
        **{f"products{axis}": product for axis, product in products.items()},
        # In memory of their own: as a state that is loaded lies, so that it goes on to the last bit.
        **{
            f"directions{axis}": each.clone()
            for axis, each in zip(products, directions, strict=True)
        },
    }


def _changes(states: list[State], gradients: list[Tensor], decay: float) -> list[Tensor]:
    """Bring the averages up to date, and give the direction in which each weight is to be moved.

    What is done value by value is done for all weights at once: one by one, the calls would cost
    more than the work.
    """
    directions = [
        [state.get(f"directions{axis}") for axis in range(gradient.dim())]
        for state, gradient in zip(states, gradients, strict=True)
    ]
    back = [[None if each is None else each.T for each in axes] for axes in directions]
    means = [state["mean"] for state in states]
    squares = [state["square"] for state in states]
    # The mean is kept as it is, for the directions turn; its square is kept in them.
    torch._foreach_lerp_(means, gradients, 1 - decay)
    turned = list(map(_turned, gradients, directions))
    torch._foreach_lerp_(squares, torch._foreach_mul(turned, turned), 1 - decay)
    roots = torch._foreach_sqrt(squares)
    torch._foreach_add_(roots, EPSILON)
    changes = torch._foreach_div(list(map(_turned, means, directions)), roots)
    kept, new = [], []
    for state, gradient in zip(states, gradients, strict=True):
        for axis, product in _products(gradient).items():
            kept.append(state[f"products{axis}"])
            new.append(product)
    if kept:
        torch._foreach_lerp_(kept, new, 1 - decay)
    return list(map(_turned, changes, back))


def _by_axes(gradient: Tensor) -> Tensor:
    """Lay a layer's gradient out over outputs and inputs, or outputs, channels and kernel pixels."""
    if gradient.dim() < 3:
        return gradient
    matrix = gradient.flatten(1)
    # In the order of its axes, as a state that is loaded lies.
    return matrix if matrix.shape[1] <= LONGEST else gradient.flatten(2).contiguous()


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


def _refresh(states: Sequence[State]) -> None:
    """Turn the directions towards the eigenvectors, the largest eigenvalue's first."""
    turned = [
        (state, axis)
        for state in states
        for axis in range(state["square"].dim())
        if f"products{axis}" in state
    ]
    ahead = []
    for state, axis in turned:
        directions = state[f"directions{axis}"]
        moved = state[f"products{axis}"] @ directions
        order = (directions * moved).sum(0).argsort(descending=True)
        state["square"].copy_(state["square"].index_select(axis, order))
        ahead.append(moved[:, order])
    for (state, axis), directions in zip(turned, _orthogonal(ahead), strict=True):
        state[f"directions{axis}"].copy_(directions)


def _orthogonal(matrices: Sequence[Tensor]) -> list[Tensor]:
    """Make each matrix's columns orthogonal: with their product, a step of power iteration.

    Always on the CPU, which is quicker at matrices as small as these; all go there and back as one.
    """
    if not matrices:
        return []
    sizes = [each.numel() for each in matrices]
    there = torch.cat([each.flatten() for each in matrices]).cpu().split(sizes)
    found = [
        torch.linalg.qr(values.view(each.shape))[0]
        for values, each in zip(there, matrices, strict=True)
    ]
    back = torch.cat([each.flatten() for each in found]).to(matrices[0].device).split(sizes)
    return [values.view(each.shape) for values, each in zip(back, matrices, strict=True)]
