"""A folder of pictures as pairs: HR pictures alone, or the ``image_SRF_k`` layout with its LR."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fsrcnn.datasets.ome_zarr import read_ome_zarr
from napari_fsrcnn.datasets.pairs import Pair, check_pair
from napari_fsrcnn.files.ome_zarr import is_zarr
from napari_fsrcnn.files.pictures import is_picture, read_picture
from napari_fsrcnn.image.layout import check_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from napari_fsrcnn.files.pictures import Picture

_READY_MADE = re.compile(r"(?P<stem>.+)_SRF_(?P<scale>\d+)_(?P<kind>HR|LR)", re.IGNORECASE)


def read_folder(folder: str | os.PathLike[str], scale: int) -> Iterator[Pair]:
    """Read, one after the other, every picture of a folder and its subfolders, sorted by name.

    A folder in the layout of BSD-100 and its like (``image_SRF_<scale>`` with
    ``img_001_SRF_<scale>_HR.png`` and ``..._LR.png``, or the folder above it) is read as
    ready-made pairs. Any other picture is HR, its alpha left out, and its LR is to be made. Of a
    stack each plane is a picture, named ``<label>/<stem>[3]``, and so is each plane of the finest
    level of an OME-Zarr image (0.4 or 0.5). Files that are no pictures and hidden files are passed
    over.

    Parameters
    ----------
    folder : path-like
        The label in the names is this folder's name; for ``image_SRF_k`` that of the folder above
        in lower case; for an OME-Zarr image itself that of the folder it lies in.
    scale : int
        Upscaling factor for which the pairs are wanted.

    Yields
    ------
    Pair

    Raises
    ------
    FileNotFoundError
        There is no such folder, or no picture in it.
    ValueError
        A picture that cannot be read or is too small, an HR without its LR, pairs of other scales.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  Path.resolve would follow links
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}: give one that holds pictures.")
    for pair in _read(folder, scale):
        yield check_pair(pair, scale)


def _read(folder: Path, scale: int) -> Iterator[Pair]:
    if is_zarr(folder):
        return _read_hr([folder], folder.parent)
    if ready_made := _ready_made_folder(folder, scale):
        return _read_ready_made(ready_made, scale)
    paths = _find_pictures(folder)
    if not paths:
        raise FileNotFoundError(f"There is no picture in {folder}: choose a folder that has some.")
    return _read_hr(paths, folder)


def _ready_made_folder(folder: Path, scale: int) -> Path | None:
    """Return the folder with the pairs of a scale, None where pictures are not so arranged."""
    found = sorted(
        {
            int(match["scale"])
            for path in [*folder.glob("*"), *folder.glob("image_SRF_*/*")]
            if is_picture(path) and (match := _READY_MADE.fullmatch(path.stem))
        }
    )
    if not found:
        return None
    if scale not in found:
        scales = ", ".join(f"x{known}" for known in found)
        raise ValueError(f"{folder} holds pairs for {scales} but not for x{scale}.")
    inner = folder / f"image_SRF_{scale}"
    return inner if inner.is_dir() else folder


def _read_ready_made(folder: Path, scale: int) -> Iterator[Pair]:
    label = folder.parent.name.lower() if folder.name.startswith("image_SRF_") else folder.name
    files: dict[str, dict[str, Path]] = {}
    for path in sorted(filter(is_picture, folder.iterdir())):
        match = _READY_MADE.fullmatch(path.stem)
        if match and int(match["scale"]) == scale:
            files.setdefault(match["stem"], {})[match["kind"].upper()] = path
    for stem, by_kind in files.items():
        if len(by_kind) < 2:
            (kind, path), *_ = by_kind.items()
            raise ValueError(f"{path} has no {'LR' if kind == 'HR' else 'HR'} picture beside it.")
        yield read_pair(f"{label}/{stem}", by_kind["HR"], by_kind["LR"])


def read_pair(name: str, hr_path: Path, lr_path: Path) -> Pair:
    """Read one ready-made pair from its two files.

    Raises
    ------
    ValueError
        One of the two cannot be read, or is a stack.
    """
    hr, lr = _read_plane(hr_path), _read_plane(lr_path)
    return Pair(name, hr.data, lr.data, hr.rgb)


def _read_plane(path: Path) -> Picture:
    picture = _read_without_alpha(path)
    if picture.data.ndim > 2 + picture.rgb:
        raise ValueError(f"{path} is a stack, but HR and LR of a pair must be one plane each.")
    return picture


def _find_pictures(folder: Path) -> list[Path]:
    """Find files that are pictures, and folders that are Zarr data, which are not looked into."""
    found = []
    for inside, folders, names in os.walk(folder):
        here = Path(inside)
        found += [path for name in names if is_picture(path := here / name)]
        visible = [here / name for name in folders if not name.startswith(".")]
        found += filter(is_zarr, visible)
        folders[:] = [path.name for path in visible if not is_zarr(path)]
    return sorted(found)


def _read_hr(paths: list[Path], folder: Path) -> Iterator[Pair]:
    stems = Counter(map(_stem, paths))
    for path in paths:
        # a.png and a.tif in one folder are two pictures.
        stem = _stem(path) if stems[_stem(path)] == 1 else path
        name = stem.relative_to(folder.parent).as_posix()
        for index, plane, rgb in _planes(path):
            position = f"[{','.join(map(str, index))}]" if index else ""
            yield Pair(name + position, plane, None, rgb)


def _planes(path: Path) -> Iterator[tuple[tuple[int, ...], NDArray[Any], bool]]:
    """Read each plane of a file or of Zarr data: its index, itself, whether it is colour."""
    if path.is_dir():
        for index, plane in read_ome_zarr(path):
            yield index, plane, False
    else:
        picture = _read_without_alpha(path)
        for index, plane in picture.planes():
            yield index, plane, picture.rgb


def _stem(path: Path) -> Path:
    stem = path.with_suffix("")
    return stem.with_suffix("") if path.name.lower().endswith(".ome.zarr") else stem


def _read_without_alpha(path: Path) -> Picture:
    picture = read_picture(path)
    try:
        check_picture(picture.data, rgb=picture.rgb)
    except ValueError as error:
        raise ValueError(f"{path} cannot be used. {error}") from error
    return replace(picture, data=picture.data[..., :3]) if picture.rgb else picture
