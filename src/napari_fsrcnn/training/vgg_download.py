"""VGG's ImageNet weights, fetched from where torchvision has them into torch's own cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

from napari_fsrcnn.datasets.download import DownloadError, DownloadStopped, fetch
from napari_fsrcnn.training.config import TrainingConfig
from napari_fsrcnn.training.vgg import Vgg

OTHERWISE = "give a file of VGG weights, or choose another loss"

_SILENT = 20.0  # seconds
_LONGEST = 4 * 3600.0  # for 550 MB

Progress = Callable[[int, int], None]


def fetch_for(
    config: TrainingConfig, progress: Progress | None = None, stop: Event | None = None
) -> None:
    """Fetch what the loss of a run needs, so that it is there when training begins.

    Parameters
    ----------
    config : TrainingConfig
    progress : callable, optional
        Called with the megabytes received and the megabytes expected.
    stop : threading.Event, optional
        Ends the download when it is set.

    Raises
    ------
    DownloadStopped, DownloadError, ValueError
        As :func:`vgg_file`.
    """
    if config.loss != "mse-perceptual" or config.vgg_file is not None:
        return

    def in_megabytes(done: int, total: int) -> None:
        if progress is not None:
            progress(done // 10**6, total // 10**6)

    vgg_file(config.vgg, in_megabytes, stop)


def vgg_file(vgg: Vgg, progress: Progress | None = None, stop: Event | None = None) -> Path:
    """Return where torchvision's weights lie, fetching them, about 550 MB, where they are missing.

    Parameters
    ----------
    vgg : {"vgg16", "vgg19"}
    progress, stop
        As for :func:`napari_fsrcnn.datasets.download.fetch`.

    Raises
    ------
    ValueError
        torchvision, which knows the address, is missing or does not work.
    DownloadStopped
        `stop` was set.
    DownloadError
        An OSError; the weights can't be fetched.
    """
    return _cached(_address(vgg), progress, stop)


def _cached(url: str, progress: Progress | None, stop: Event | None) -> Path:
    import torch

    path = Path(torch.hub.get_dir(), "checkpoints", url.rpartition("/")[2])
    if not path.is_file():
        # By torch's convention a file's name ends in the first digits of its checksum.
        digits = path.stem.rpartition("-")[2]
        try:
            fetch(
                url,
                path,
                digits,
                timeout=_SILENT,
                longest=_LONGEST,
                cache="TORCH_HOME",
                progress=progress,
                stop=stop,
            )
        except DownloadStopped:
            raise
        except DownloadError as error:
            raise DownloadError(f"VGG's weights are not there. {error} Or {OTHERWISE}.") from error
    return path


def _address(vgg: Vgg) -> str:
    from napari_fsrcnn.networks.beside_opengl import import_triton_beside_opengl

    import_triton_beside_opengl()
    import torch

    try:
        from torchvision.models import VGG16_Weights, VGG19_Weights
    except Exception as error:  # one that was built for another torch fails in many ways
        reason = " ".join(str(error).split())
        raise ValueError(
            f"The VGG weights come through torchvision, which can't be used here ({reason}): "
            f"install the torchvision that belongs to torch {torch.__version__}, {OTHERWISE}."
        ) from error
    weights = {"vgg16": VGG16_Weights, "vgg19": VGG19_Weights}[vgg]
    return str(weights.IMAGENET1K_V1.url)
