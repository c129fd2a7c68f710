"""What a run begins with: the first weights, and the optimiser that moves them."""

from __future__ import annotations

import torch
from torch import nn

from napari_fsrcnn.networks.initial import (
    layers_of,
    start_as_published,
    start_near_interpolation,
)
from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.soap import Soap
from napari_fsrcnn.weights.checkpoint import read_checkpoint

MOMENTUM = 0.9


def first_network(config: TrainingConfig) -> Network:
    """Build the network with the weights that training starts from.

    With ``config.start`` they are a checkpoint's, at whatever scale it was trained for: FSRCNN's
    weights have the same shapes at every scale (Dong et al., arXiv 1608.00367, section 3.4).

    Raises
    ------
    ValueError
        If the checkpoint is damaged or of another architecture.
    OSError
        If it can't be read.
    """
    network = get_architecture(config.arch).build(config.scale, **config.hyperparameters)
    if config.start is not None:
        _take_weights(network, config)
    elif config.initial == "paper":
        start_as_published(as_module(network))
    else:
        start_near_interpolation(as_module(network))
    return network


def _take_weights(network: Network, config: TrainingConfig) -> None:
    assert config.start is not None  # noqa: S101
    model = read_checkpoint(config.start)
    try:
        as_module(network).load_state_dict(as_module(model.network).state_dict())
    except RuntimeError as error:
        raise ValueError(
            f"{config.start} is a {model.card.architecture} whose weights do not fit the "
            f"{config.arch} that is to be trained: start from a checkpoint of the same "
            f"architecture and hyper-parameters."
        ) from error


def make_optimizer(config: TrainingConfig, network: nn.Module) -> torch.optim.Optimizer:
    """Make the optimiser of the run, one group of weights for the last layer, one for the others.

    Each group's ``part`` is its learning rate as a part of ``config.lr``. With ``learn="last"``
    the other weights are held fixed.
    """
    last = {id(weight) for weight in layers_of(network)[-1].parameters()}
    learnt = [weight for weight in network.parameters() if weight.requires_grad]
    others = [weight for weight in learnt if id(weight) not in last]
    groups = [{"params": [each for each in learnt if id(each) in last], "part": config.last_lr}]
    if config.learn == "last":
        for weight in others:
            weight.requires_grad_(False)
    else:
        groups.insert(0, {"params": others, "part": 1.0})
    if config.optimizer == "soap":
        return Soap(groups, lr=config.lr)
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=config.lr, momentum=MOMENTUM, fused=True)
    return torch.optim.Adam(groups, lr=config.lr, fused=True)
