"""What a checkpoint says of itself: enough to build its network and to trust its figures."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationInfo,
    field_serializer,
    field_validator,
)

from napari_fsrcnn.image.value_range import RULE


class _Frozen(BaseModel):
    # By default an infinite PSNR would be written as null, which is no number to read back.
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Validation(_Frozen):
    """PSNR in dB on the validation pictures, for the network and for bicubic."""

    pictures: int
    step: int
    psnr: float
    bicubic_psnr: float


class DatasetFigures(_Frozen):
    """Means over the pictures of a test set, on Y: PSNR in dB and SSIM, and bicubic's.

    ``note`` tells in whole sentences what of the set had been seen before it was measured.
    """

    dataset: str
    pictures: int
    psnr: float
    ssim: float
    bicubic_psnr: float
    bicubic_ssim: float
    note: str = ""


# Fields that name pictures, which a training often shares with the one that it started from.
_PICTURES: Final = ("data", "train", "validation", "fingerprints")

_Names = Annotated[list[str], AfterValidator(lambda names: sorted(set(names)))]


class _Difference(_Frozen):
    """How names differ from others."""

    added: list[str]
    removed: list[str]

    @classmethod
    def between(cls, names: list[str], others: list[str]) -> _Difference:
        added, removed = {*names} - {*others}, {*others} - {*names}
        return cls(added=sorted(added), removed=sorted(removed))

    def names(self, others: list[str]) -> list[str]:
        return [*({*others} - {*self.removed}), *self.added]


_DIFFERENCES: Final = TypeAdapter(dict[str, _Difference])


class TrainingRecord(_Frozen):
    """How the weights came about; names are ``data set/picture``, sorted, each once.

    What older files do not tell is empty. ``start`` is the record of the checkpoint that this
    training started from, if it did from one that was trained here. ``taught_on`` are pictures
    of its teacher, if that tells them: those that are not named here, and those of the validation
    that the teacher had learnt from. By their ``fingerprints`` all these pictures are known under
    other names too (:mod:`napari_fsrcnn.image.fingerprint`).

    Written down, ``start`` tells of its pictures what differs from the training itself: hundreds
    of names, repeated at each start, would be larger than the weights.
    """

    data: _Names
    train: _Names
    validation: _Names
    config: dict[str, Any]
    step: int
    seconds: float
    versions: dict[str, str]
    date: str
    machine: str = ""
    taught_on: _Names = []
    fingerprints: _Names = []
    # The last field: what its own record leaves out is filled in from those above.
    start: TrainingRecord | None = None

    @field_validator("start", mode="before")
    @classmethod
    def _fill_start(cls, start: Any, record: ValidationInfo) -> Any:
        if not isinstance(start, dict):
            return start
        others: dict[str, list[str]] = {k: v for k, v in record.data.items() if k in _PICTURES}
        written = {name: start[name] for name in others if isinstance(start.get(name), dict)}
        differences = _DIFFERENCES.validate_python(written)
        whole = {name: each.names(others[name]) for name, each in differences.items()}
        return {**others, **start, **whole}

    @field_serializer("start", mode="wrap")
    def _leave_out_repeated(
        self, start: TrainingRecord | None, write: SerializerFunctionWrapHandler
    ) -> dict[str, Any] | None:
        if start is None:
            return None
        written: dict[str, Any] = write(start)
        for name in _PICTURES:
            names: list[str] = getattr(start, name)
            difference = _Difference.between(names, getattr(self, name))
            changes = len(difference.added) + len(difference.removed)
            if changes == 0:
                del written[name]
            elif changes < len(names):
                written[name] = difference.model_dump()
        return written

    @property
    def pictures(self) -> frozenset[str]:
        """Names of all pictures that the weights were trained or chosen on, since the first start."""
        earlier = frozenset() if self.start is None else self.start.pictures
        return earlier | {*self.train, *self.validation, *self.taught_on}

    @property
    def learnt(self) -> frozenset[str]:
        """Names of the pictures that the weights were trained on, since the first start."""
        earlier = frozenset() if self.start is None else self.start.learnt
        return earlier | {*self.train, *self.taught_on}

    @property
    def all_fingerprints(self) -> frozenset[str]:
        """Fingerprints of all ``pictures``, as far as they are told, since the first start."""
        earlier = frozenset() if self.start is None else self.start.all_fingerprints
        return earlier | {*self.fingerprints}


class Card(_Frozen):
    """The JSON header of a checkpoint.

    Attributes
    ----------
    architecture : str
        Name in the registry.
    hyperparameters : dict
        What the architecture is built with, complete.
    scale : int
        Enlargement; the weights alone do not tell it.
    color_space : str
        The plane that the network was trained on.
    value_range : str
        The rule by which pictures are mapped to [0, 1].
    origin : str
        Where imported weights come from, or those that a training started from; empty for weights
        trained here from the first step.
    training, validation : TrainingRecord, Validation or None
    figures : tuple of DatasetFigures
        On sets kept for tests; where one had a part in the training, its note says so.
    intended_use, limits : str
        What the weights are made for, and what they must not be trusted with.
    weights_license : str
        Under which the weights are given; the code has its own.
    training_terms : str
        Under which the training pictures are given.
    """

    format: Literal[1] = 1
    architecture: str
    hyperparameters: dict[str, Any]
    scale: int = Field(ge=2, le=8)
    color_space: Literal["Y of BT.601"] = "Y of BT.601"
    value_range: str = RULE
    origin: str = ""
    training: TrainingRecord | None = None
    validation: Validation | None = None
    figures: tuple[DatasetFigures, ...] = ()
    intended_use: str = ""
    limits: str = ""
    weights_license: str = ""
    training_terms: str = ""

    def handed_on(self, name: str) -> dict[str, Any]:
        """Tell what holds as well for weights that are trained on from these.

        Parameters
        ----------
        name : str
            Their origin, where they tell none themselves and there is something to be kept to.
        """
        terms = {
            "limits": self.limits,
            "weights_license": self.weights_license,
            "training_terms": self.training_terms,
        }
        return terms | {"origin": self.origin or (name if any(terms.values()) else "")}
