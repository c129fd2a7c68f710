"""The models that come with the package, and loading of any model by name or file."""

from __future__ import annotations

from pathlib import Path

from napari_fsrcnn.weights.checkpoint import read_card, read_checkpoint
from napari_fsrcnn.weights.model import Model

FOLDER = Path(__file__).parent / "models"


def list_models(scale: int | None = None) -> list[str]:
    """Names of the shipped models, or of those that enlarge by ``scale``.

    By architecture, ``fsrcnn`` first, then by scale: what is offered first is a good choice.

    Examples
    --------
    >>> "fsrcnn-x2" in list_models(), "fsrcnn-x2" in list_models(scale=3)
    (True, False)
    """
    files = sorted(FOLDER.glob("*.safetensors"), key=lambda path: path.stem.rpartition("-x"))
    return [path.stem for path in files if scale is None or read_card(path).scale == scale]


def model_path(name: str) -> Path:
    """Path of a shipped model's checkpoint.

    Raises
    ------
    ValueError
        If there is no model of that name; the message lists those that there are.
    """
    names = list_models()
    if name not in names:
        if at_scales := [each for each in names if each.rpartition("-x")[0] == name]:
            raise ValueError(
                f"{name} is shipped as {', '.join(at_scales)}: give one of these names, or one of "
                f"their scales."
            )
        raise ValueError(
            f"There is no model {name!r}. The shipped ones are {', '.join(names)}; "
            f"for a model of your own give the path of its .safetensors file."
        )
    return FOLDER / f"{name}.safetensors"


def is_file_name(name_or_path: str | Path) -> bool:
    """Tell a path to a file from the bare name of a shipped model.

    Examples
    --------
    >>> is_file_name("mine.safetensors"), is_file_name("fsrcnn-x3")
    (True, False)
    """
    path = Path(name_or_path)
    return bool(path.suffix) or path.parent != Path()


def is_imported(path: Path) -> bool:
    """Tell weights of other projects from a checkpoint of this one, by the file's name."""
    return path.suffix.lower() in (".mat", ".pth")


def file_label(path: Path) -> str:
    """Name a model's file so that it can be told from others: every run's has the same name.

    Examples
    --------
    >>> file_label(Path("runs/cells/model.safetensors"))
    'cells/model.safetensors'
    """
    path = path.absolute()
    return f"{path.parent.name}/{path.name}"


def checkpoint_path(name_or_path: str | Path, scale: int | None = None) -> Path:
    """Path of a model's checkpoint: a shipped one by name, any other by its file.

    A shipped name may lack its scale, where that is given.

    Raises
    ------
    ValueError
        If it is a name, and none of a shipped model.
    """
    if is_file_name(name_or_path):
        return Path(name_or_path)
    name, whole = str(name_or_path), f"{name_or_path}-x{scale}"
    return model_path(whole if whole in list_models() else name)


def load_model(name_or_path: str | Path, scale: int | None = None) -> Model:
    """Load a shipped model by name, or any model from its file.

    Parameters
    ----------
    name_or_path : str or Path
        A shipped name such as "fsrcnn-x3" (or "fsrcnn" together with ``scale``), a checkpoint of
        this project, or weights of the papers' authors (``.mat``) or of yjn870 (``.pth``).
    scale : int, optional
        The scale that the model must have. Needed for imported weights whose file name does not
        say it.

    Returns
    -------
    Model

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If there is no such model, the file can't be used, or the model has another scale.

    Examples
    --------
    >>> load_model("fsrcnn-x3").scale
    3
    """
    path = checkpoint_path(name_or_path, scale)
    if is_imported(path):
        # Loads scipy's MATLAB reader, which is not needed otherwise.
        from napari_fsrcnn.weights.convert import import_weights

        return import_weights(path, scale)
    model = read_checkpoint(path)
    check_scale_of(model.name, model.scale, scale)
    return model


def as_model(model: str | Path | Model, scale: int) -> Model:
    """Load a model of this scale, unless it is loaded already.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`load_model`; a loaded model too may have another scale.
    """
    if not isinstance(model, Model):
        return load_model(model, scale)
    check_scale_of(model.name, model.scale, scale)
    return model


def check_scale_of(model: str, scale: int, wanted: int | None) -> None:
    """Refuse a model, by its name, that has another scale than the wanted one; None wants any."""
    if wanted not in (None, scale):
        raise ValueError(
            f"The model {model} enlarges by {scale}, not by {wanted}. Choose a model for x{wanted}."
        )
