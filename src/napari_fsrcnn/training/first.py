"""What a run begins with: the first weights, and the optimiser that moves them."""

from __future__ import annotations

import torch
from torch import nn

from napari_fsrcnn.networks.initial import (
    Layer,
    start_as_published,
    start_near_interpolation,
)
from napari_fsrcnn.networks.network import Network, as_module
from napari_fsrcnn.networks.registry import get_architecture
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.soap import Soap
from napari_fsrcnn.weights.checkpoint import read_card, read_checkpoint
from napari_fsrcnn.weights.shipped import checkpoint_path

MOMENTUM = 0.9


def with_hyperparameters_of_start(config: TrainingConfig) -> TrainingConfig:
    """Take on the hyper-parameters of the checkpoint that training starts from.

    Its weights mean nothing without them. What the configuration names itself stays, and what the
    architecture gives by itself at the checkpoint's scale is left to what it gives at the run's:
    FSRCNN's deconvolution is centred in another way at x3.

    Raises
    ------
    ValueError
        If the checkpoint is damaged or of another architecture.
    OSError
        If it can't be read.
    """
    if config.start is None:
        return config
    card = read_card(checkpoint_path(config.start, config.scale))
    if card.architecture != config.arch:
        raise ValueError(
            f"{config.start} is a {card.architecture}, and a {config.arch} is to be trained: start "
            f"from a checkpoint of the same architecture."
        )
    own = get_architecture(config.arch).build(card.scale).hyperparameters
    taken = {name: value for name, value in card.hyperparameters.items() if value != own.get(name)}
    return config.model_copy(update={"hyperparameters": taken | config.hyperparameters})


def first_network(config: TrainingConfig) -> Network:
    """Build the network with the weights that training starts from.

    With ``config.start`` they are a checkpoint's, at whatever scale it was trained for: FSRCNN's
    weights have the same shapes at every scale (Dong et al., arXiv 1608.00367, section 3.4).

    Raises
    ------
    ValueError
        If the checkpoint is damaged or its weights do not fit.
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
    model = read_checkpoint(checkpoint_path(config.start, config.scale))
    try:
        as_module(network).load_state_dict(as_module(model.network).state_dict())
    except RuntimeError as error:
        raise ValueError(
            f"The weights of {config.start} do not fit the {config.arch} that is to be trained: "
            f"start from a checkpoint with the same hyper-parameters."
        ) from error


def make_optimizer(config: TrainingConfig, network: nn.Module) -> torch.optim.Optimizer:
    """Make the optimiser of the run, one group of weights for the last layer, one for the others.

    Each group's ``part`` is its learning rate as a part of ``config.lr``. With ``learn="last"``
    the other weights are held fixed. A network without a layer is taken as its own last one.
    """
    last = {id(weight) for weight in _last_layer(network).parameters()}
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


def _last_layer(network: nn.Module) -> nn.Module:
    kinds = Layer | nn.ConvTranspose2d
    return [network, *(each for each in network.modules() if isinstance(each, kinds))][-1]
