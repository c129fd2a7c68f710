"""The device of a run, or those of several processes that train together."""

from __future__ import annotations

import atexit
import logging
import os
from typing import TYPE_CHECKING, Final, Literal, cast

from napari_fsrcnn.training.config import Precision

if TYPE_CHECKING:
    import torch
    from lightning_fabric import Fabric

_PRECISIONS: Final[dict[Precision, Literal["32-true", "bf16-mixed", "16-mixed"]]] = {
    "float32": "32-true",
    "bf16": "bf16-mixed",
    "fp16": "16-mixed",
}


def start_fabric(device: torch.device, precision: Precision) -> Fabric:
    """Start Lightning's Fabric on one named device, or as one process of several.

    Several processes are started from outside, by ``torchrun``, and meet here. Fabric is never
    asked for ``devices="auto"``: it would start the program once more for each device.

    Raises
    ------
    ValueError
        If the device can't compute in that precision.
    """
    from lightning_fabric import Fabric
    from lightning_fabric.plugins.environments.lightning import LightningEnvironment
    from torch import distributed

    # What it says of its precision and of Tensor Cores is meant for programmers.
    logging.getLogger("lightning_fabric.utilities.rank_zero").setLevel(logging.WARNING)
    if precision == "fp16" and device.type == "cpu":
        raise ValueError("fp16 needs a GPU: on the CPU choose float32 or bf16.")
    processes = number_of_processes()
    if processes == 1:
        devices = [device.index or 0] if device.type == "cuda" else 1
        return Fabric(
            accelerator=device.type,
            devices=devices,
            precision=_PRECISIONS[precision],
            plugins=LightningEnvironment(),  # not the cluster's, in which a job may have more tasks
        )
    here = int(os.environ["LOCAL_WORLD_SIZE"])
    fabric = Fabric(
        accelerator=device.type,
        devices=here,
        num_nodes=processes // here,
        strategy="ddp",
        precision=_PRECISIONS[precision],
    )
    fabric.launch()
    if distributed.get_backend() != "nccl":  # which Fabric leaves
        atexit.register(_leave_group)
    return fabric


def _leave_group() -> None:
    """Leave the other processes while Python still runs.

    A thread of the group that lets go of a tensor needs the interpreter's lock. Where the interpreter
    is ending by then, the whole process is aborted.
    """
    from torch import distributed

    if distributed.is_initialized():
        distributed.destroy_process_group()


def number_of_processes() -> int:
    """Count the processes that train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def first_process() -> bool:
    """Whether this process, of those that train together, is the one that writes and reports."""
    return int(os.environ.get("RANK", "0")) == 0


def share_batch(batch: int, processes: int) -> int:
    """Give each of the processes here its part of the patches that others had in a step together.

    Parameters
    ----------
    batch : int
        Of each of the others.
    processes : int
        How many they were.

    Raises
    ------
    ValueError
        If the patches can't be shared equally; without a full stop.
    """
    here, patches = number_of_processes(), batch * processes
    if patches % here:
        raise ValueError(
            f"the run had {patches} patches in a step, which {here} processes can't share equally: "
            f"start {processes} again"
        )
    return patches // here


def any_process(fabric: Fabric, *, flag: bool) -> bool:
    """Whether the flag is set in any of the processes, the same answer in each of them."""
    if fabric.world_size == 1:
        return flag
    import torch
    from torch import distributed

    answer = torch.tensor(float(flag), device=fabric.device)
    distributed.all_reduce(answer, distributed.ReduceOp.MAX)
    return bool(answer)


def mean_over_processes(fabric: Fabric, value: float) -> float:
    """Mean of a number over all processes, the same in each of them."""
    import torch

    mean = fabric.all_reduce(torch.tensor(value, device=fabric.device), reduce_op="mean")
    return float(cast("torch.Tensor", mean))
