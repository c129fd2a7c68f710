"""One step of training: patches, loss, gradient, and the new weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from napari_fsrcnn.datasets.luma import LumaPair
from napari_fsrcnn.datasets.patches import Batch, PatchSampler
from napari_fsrcnn.networks.out_of_memory import is_out_of_memory
from napari_fsrcnn.networks.recorded import Recorded
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.levels import vary_levels
from napari_fsrcnn.training.losses import MSE_FROM, training_loss
from napari_fsrcnn.training.schedule import learning_rate
from napari_fsrcnn.training.state import TrainingState


class Step:
    """Takes steps with a state, on patches drawn at random.

    Where several processes train together, each draws the patches of all and takes its own, so
    that they learn from what one process with the batch of all would learn from.

    Parameters
    ----------
    config : TrainingConfig
    state : TrainingState
    pairs : sequence of LumaPair
        Pictures to learn from.
    fabric : Fabric
        Started.
    teacher : Module, optional
        On the same device; what it makes of LR is learnt instead of HR.
    """

    def __init__(
        self,
        config: TrainingConfig,
        state: TrainingState,
        pairs: Sequence[LumaPair],
        fabric: Fabric,
        teacher: nn.Module | None = None,
    ) -> None:
        self.config = config
        self.state = state
        sizes = (config.scale, config.patch, config.batch, config.margin)
        self.patches = PatchSampler(pairs, *sizes, state.generator)
        self.fabric = fabric
        self.teacher = teacher
        self._loss = training_loss(config, state.generator.device)
        if config.compile:
            state.wide.compile()
        self._network, self._optimizer = fabric.setup(state.wide, state.optimizer)
        self._network.train()
        # Several processes wait for each other's gradients, which can't be recorded.
        device = fabric.device if fabric.world_size == 1 else None
        self._recorded = Recorded(device)

    def __call__(self) -> Tensor:
        """Take one step and return its loss, before the step; the state has moved on.

        Raises
        ------
        MemoryError
            If the device has too little memory; the weights are as they were.
        """
        try:
            return self._take()
        except RuntimeError as error:
            if is_out_of_memory(error):
                self._optimizer.zero_grad()
                raise MemoryError(str(error)) from error
            raise

    def halve_batch(self, error: MemoryError) -> str:
        """Go on with half of the patches, and say so in a sentence.

        Raises
        ------
        MemoryError
            If the batch can't be halved: it is one patch, or other processes have theirs.
        """
        batch, patch = self.state.batch, self.config.patch
        if batch == 1 or self.fabric.world_size > 1:
            raise MemoryError(
                f"There is too little memory for a batch of {batch} with patches of {patch} x {patch} "
                f"LR pixels: choose a smaller patch or batch."
            ) from error
        self.state.batch = batch // 2
        return f"Memory ran out with {batch} patches in a step: going on with {batch // 2}."

    def _take(self) -> Tensor:
        config, state = self.config, self.state
        progress = state.step / config.steps
        for group in self._optimizer.param_groups:
            group["lr"] = config.lr * group["part"] * learning_rate(config.schedule, progress)
        lr, hr, counts = self._draw()
        other_loss = config.loss == "l1-mse" and progress >= MSE_FROM
        loss = self._recorded(self._set_gradients, other_loss, lr, hr, counts)
        assert loss is not None  # noqa: S101 - it has one
        if config.clip:
            self.fabric.clip_gradients(self._network, self._optimizer, max_norm=config.clip)
        self._optimizer.step()
        state.step += 1
        state.update_average()
        return loss

    def _set_gradients(self, lr: Tensor, hr: Tensor, counts: Tensor) -> Tensor:
        """Compute the loss of a batch, and every weight's gradient."""
        lr = lr.contiguous(memory_format=torch.channels_last)
        target = hr if self.teacher is None else self.teacher(lr)
        self._optimizer.zero_grad()
        progress = self.state.step / self.config.steps
        loss = self._loss(progress, self._network(lr).float(), target, counts)
        self.fabric.backward(loss)
        return loss.detach()

    def _draw(self) -> Batch:
        self.patches.batch = self.state.batch * self.fabric.world_size
        lr, hr, counts = self.patches.draw()
        if self.config.levels:
            lr, hr = vary_levels(lr, hr, self.patches.generator)
        rank, batch = self.fabric.global_rank, self.state.batch
        own = slice(rank * batch, (rank + 1) * batch)
        return Batch(lr[own], hr[own], counts[own])
