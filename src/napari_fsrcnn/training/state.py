"""Everything that changes while a run goes on, and its way to disk and back."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from napari_fsrcnn.files.atomic import atomic_path
from napari_fsrcnn.networks.collapsible import collapsed_weights, make_collapsible
from napari_fsrcnn.networks.leaky_gradient import leak_gradients
from napari_fsrcnn.networks.network import Network, as_module, freeze
from napari_fsrcnn.networks.recorded import Recorded
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.first import first_network, make_optimizer
from napari_fsrcnn.training.loss_meter import Diverged
from napari_fsrcnn.training.processes import number_of_processes, share_batch
from napari_fsrcnn.training.same_pictures import Pictures
from napari_fsrcnn.weights.card import TrainingRecord
from napari_fsrcnn.weights.checkpoint import read_card
from napari_fsrcnn.weights.shipped import checkpoint_path

_NUMBERS = ("step", "seconds", "batch", "best_psnr", "best_step")


class TrainingState:
    """The networks, the optimiser, the random generator and the count of steps.

    Parameters
    ----------
    config : TrainingConfig
        Its seed decides the first weights and every patch.
    device : torch.device
    resuming : bool
        Whether a saved state will be loaded over it.

    Attributes
    ----------
    wide : nn.Module
        The network that is optimised, over-parameterised unless ``config.width`` is 0.
    average : Network
        The ordinary network, its weights the moving average of the collapsed ones: what is
        validated, saved and used.
    best : Network
        The average at the best validation so far.
    best_psnr : float or None
        Its validation PSNR in dB; None before the first validation.
    best_step : int
        The step of that validation.
    sound : Network
        The average when it was last known to be good; not saved.
    sound_step : int
        The step of that.
    generator : torch.Generator
        Source of all randomness after the first weights.
    start : TrainingRecord or None
        That of the checkpoint that the run started from.
    inherited : dict
        What its card hands on to the run's.
    step : int
        Steps done.
    batch : int
        Patches in a step of one process: the configuration's, or fewer after memory ran out.
    seconds : float
        Time that they took, over all sessions.
    due : float or None
        Where this step is to be validated and was not yet: the mean loss since the validation
        before.
    scaler : dict
        How the loss is scaled for fp16, as Fabric's precision has it; else empty.
    pictures : Pictures or None
        What the run learns from and validates on; None where a file of an earlier version does not
        tell it.
    """

    def __init__(
        self, config: TrainingConfig, device: torch.device, *, resuming: bool = False
    ) -> None:
        self.start: TrainingRecord | None = None
        self.inherited: dict[str, Any] = {}
        if resuming:
            # The saved state holds what the run started from, a file that may be gone.
            config = config.model_copy(update={"start": None})
        elif config.start is not None:
            path = checkpoint_path(config.start, config.scale)
            card = read_card(path)
            self.start, self.inherited = card.training, card.handed_on(path.stem)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            network = first_network(config)
            self.average: Network = copy.deepcopy(network)
            if config.leak:
                leak_gradients(as_module(network), config.leak)
            if config.width:
                make_collapsible(as_module(network), config.width)
        freeze(as_module(self.average).to(device=device))
        self.wide: nn.Module = as_module(network).to(
            device=device,
            memory_format=torch.channels_last,  # type: ignore[call-overload]
        )
        self.best: Network = copy.deepcopy(self.average)
        self.best_psnr: float | None = None
        self.best_step = 0
        self.sound: Network = copy.deepcopy(self.average)
        self.sound_step = 0
        self.optimizer = make_optimizer(config, self.wide)
        self._optimizer_name = config.optimizer
        self.generator = torch.Generator(device)
        self.generator.manual_seed(config.seed)
        self.decay = config.average
        # Of the latest weights in the average: on the device, where recorded work reads it.
        self._share = torch.zeros((), device=device)
        self._recorded = Recorded(device)
        self.step = 0
        self.batch = config.batch
        self.seconds = 0.0
        self.due: float | None = None
        self.scaler: dict[str, Any] = {}
        self.pictures: Pictures | None = None

    def update_average(self) -> None:
        """Move the average towards the collapsed weights; quickly in the first steps."""
        self._share.fill_(1 - min(self.decay, self.step / (self.step + 10)))
        self._recorded(self._move_average, None)

    @torch.no_grad()
    def _move_average(self) -> None:
        collapsed = collapsed_weights(self.wide)
        for name, weight in as_module(self.average).named_parameters():
            weight.lerp_(collapsed[name], self._share)
        for name, buffer in as_module(self.average).named_buffers():
            if name in collapsed:
                buffer.copy_(collapsed[name])

    def keep_best(self, psnr: float) -> None:
        """Remember the average as the best if its PSNR is the highest so far."""
        if self.best_psnr is None or psnr > self.best_psnr:
            self.keep(psnr)

    def keep(self, psnr: float) -> None:
        """Remember the average as the best, with its PSNR in dB."""
        self.best_psnr, self.best_step = psnr, self.step
        as_module(self.best).load_state_dict(as_module(self.average).state_dict())

    def keep_sound(self) -> None:
        """Remember the average as the last that was known to be good.

        Raises
        ------
        Diverged
            If its weights are not finite; what was remembered stays.
        """
        weights = as_module(self.average).state_dict()
        if not all(bool(weight.isfinite().all()) for weight in weights.values()):
            raise Diverged("The weights were no longer numbers")
        as_module(self.sound).load_state_dict(weights)
        self.sound_step = self.step

    def go_back(self) -> None:
        """Return to the last average that was known to be good."""
        as_module(self.average).load_state_dict(as_module(self.sound).state_dict())
        self.step = self.sound_step

    def save(self, path: Path) -> None:
        """Write the state as one safetensors file, replacing an old one as a whole."""
        tensors = self._tensors() | {"generator": self.generator.get_state()}
        for index, values in self.optimizer.state_dict()["state"].items():
            for name, value in values.items():
                tensors[f"optimizer.{index}.{name}"] = value
        # Each in memory of its own, also where layers share their weights.
        plain = {
            name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()
        }
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        numbers |= {"optimizer": self._optimizer_name, "due": self.due, "scaler": self.scaler}
        numbers |= {"processes": number_of_processes(), "inherited": self.inherited}
        numbers["pictures"] = None if self.pictures is None else sorted(self.pictures)
        numbers["start"] = None if self.start is None else self.start.model_dump(mode="json")
        with atomic_path(path) as temporary:
            temporary.write_bytes(safetensors.torch.save(plain, {"state": json.dumps(numbers)}))

    def load(self, path: Path) -> None:
        """Go on from a state that :meth:`save` wrote for the same configuration.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged or belongs to another configuration.
        """
        if not path.is_file():
            raise FileNotFoundError(f"There is no {path}: nothing to resume.")
        try:
            with safetensors.safe_open(path, "pt") as file:
                tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
                numbers = json.loads(file.metadata()["state"])
            self._check_optimizer(numbers.get("optimizer"))
            for name, tensor in self._tensors().items():
                tensor.copy_(tensors[name])
            self._load_optimizer(tensors)
            self.generator.set_state(tensors["generator"])
            for name in _NUMBERS:
                setattr(self, name, numbers[name])
            # Older files do not tell how many processes there were.
            self.batch = share_batch(self.batch, numbers.get("processes") or number_of_processes())
            # Not in files of earlier versions.
            self.due, self.scaler = numbers.get("due"), numbers.get("scaler", {})
            pictures = numbers.get("pictures")
            self.pictures = None if pictures is None else frozenset(map(tuple, pictures))
            self.inherited = numbers.get("inherited", {})
            start = numbers.get("start")
            self.start = None if start is None else TrainingRecord.model_validate(start)
            self.keep_sound()
        except (
            SafetensorError,
            LookupError,
            TypeError,
            RuntimeError,
            ValueError,
            Diverged,
        ) as error:
            raise ValueError(f"{path} can't be resumed: {error}.") from error

    def _check_optimizer(self, saved: str | None) -> None:
        if saved not in (None, self._optimizer_name):
            raise ValueError(
                f"its optimizer is {saved} and the configuration says {self._optimizer_name}: set "
                f"optimizer to {saved} again, or start a new run"
            )

    @torch.no_grad()
    def _load_optimizer(self, tensors: dict[str, Tensor]) -> None:
        learnt = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            kind, _, rest = name.partition(".")
            if kind == "optimizer":
                index, _, value = rest.partition(".")
                weight = learnt[int(index)]
                # Fused optimisers go through memory in order: a value must lie as its weight does.
                alike = tensor.shape == weight.shape
                laid = torch.empty_like(weight).copy_(tensor) if alike else tensor
                state.setdefault(int(index), {})[value] = laid
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})

    @torch.no_grad()
    def _tensors(self) -> dict[str, Tensor]:
        """Every weight, by a name that says whose it is."""
        parts: dict[str, Any] = {"wide": self.wide, "average": self.average, "best": self.best}
        return {
            f"{part}.{name}": tensor
            for part, network in parts.items()
            for name, tensor in network.state_dict().items()
        }
