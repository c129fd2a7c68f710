"""A folder of pictures as pairs: HR pictures alone, or the ``image_SRF_k`` layout with its LR."""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_fsrcnn.datasets.ome_zarr import find_ome_zarr_range, ome_zarr_planes
from napari_fsrcnn.datasets.pairs import Pair, Unusable, all_usable, sift
from napari_fsrcnn.files.ome_zarr import is_zarr
from napari_fsrcnn.files.pictures import is_picture, read_picture
from napari_fsrcnn.image.layout import check_layout, check_picture
from napari_fsrcnn.image.value_range import ValueRange, find_finite_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from napari_fsrcnn.files.pictures import Picture

# HR and LR, and what others have made of LR, which lies beside them where results are passed on.
_OF_A_SET = re.compile(r"(?P<stem>.+)_SRF_(?P<scale>\d+)_(?P<kind>.+)", re.IGNORECASE)
_SET_FOLDER = "image_SRF_"
_SOURCES = "original"


def read_folder(folder: str | os.PathLike[str], scale: int) -> Iterator[Pair]:
    """Read, one after the other, every picture of a folder and its subfolders, sorted by name.

    Where there are files in the layout of BSD-100 and its like (``img_001_SRF_<scale>_HR.png`` and
    ``..._LR.png``, often in ``image_SRF_<scale>``), those of the scale are ready-made pairs; a
    folder ``original`` beside ``image_SRF_<scale>`` and results (``..._SRF_<scale>_bicubic.png``)
    are passed over. Elsewhere every picture is HR, its alpha left out, and its LR is to be made. Of
    a stack each plane is a picture, named ``<label>/<stem>[3]``, and so is each plane of the finest
    level of an OME-Zarr image (0.4 or 0.5). Files that are no pictures and hidden files are passed
    over.

    Parameters
    ----------
    folder : path-like
        The label in the names is this folder's name; of pairs in ``image_SRF_k`` that of the folder
        above in lower case; for an OME-Zarr image itself that of the folder it lies in.
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
        A picture that cannot be read or is too small, an HR without its LR, pairs of other scales
        only, pairs and other pictures in one folder.
    """
    return all_usable(sift_folder(folder, scale))


def sift_folder(folder: str | os.PathLike[str], scale: int) -> Iterator[Pair | Unusable]:
    """Read a folder as :func:`read_folder` does, and go on after a picture that can't be used.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or no picture in it.
    ValueError
        Pairs of other scales only, pairs and other pictures in one folder.
    """
    if not os.fspath(folder):
        raise FileNotFoundError("The name of the folder is empty: give one that holds pictures.")
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  Path.resolve would follow links
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}: give one that holds pictures.")
    if is_zarr(folder):
        return _read_hr([folder], folder.parent, scale)
    paths = _find_pictures(folder)
    if not paths:
        raise FileNotFoundError(f"There is no picture in {folder}: choose a folder that has some.")
    if halves := _find_halves(paths):
        _check_halves(halves, paths, folder, scale)
        return _read_ready_made(halves, folder, scale)
    return _read_hr(paths, folder, scale)


def _find_halves(paths: list[Path]) -> dict[Path, re.Match[str]]:
    """Find the HR and LR files of ready-made pairs, and what their names say."""
    matches = {path: _OF_A_SET.fullmatch(path.stem) for path in paths}
    return {
        path: match
        for path, match in matches.items()
        if match and match["kind"].upper() in {"HR", "LR"}
    }


def _check_halves(
    halves: dict[Path, re.Match[str]], paths: list[Path], folder: Path, scale: int
) -> None:
    """Refuse pairs of other scales alone, and pictures that are neither in a pair nor of a set."""
    found = sorted({int(match["scale"]) for match in halves.values()})
    if scale not in found:
        scales = ", ".join(f"x{known}" for known in found)
        raise ValueError(f"{folder} holds pairs for {scales} but not for x{scale}.")
    sources = {path.parent.with_name(_SOURCES) for path in halves if _in_set_folder(path)}
    for path in paths:
        if path.parent not in sources and not _OF_A_SET.fullmatch(path.stem):
            raise ValueError(
                f"{folder} holds pairs of HR and LR, and other pictures too, such as {path}: "
                "move the two into folders of their own, and give the one that is meant, or both."
            )


def _read_ready_made(
    halves: dict[Path, re.Match[str]], folder: Path, scale: int
) -> Iterator[Pair | Unusable]:
    pairs: dict[Path, dict[str, Path]] = {}
    for path, match in halves.items():
        if int(match["scale"]) == scale:
            pairs.setdefault(path.with_name(match["stem"]), {})[match["kind"].upper()] = path
    for stem, by_kind in pairs.items():
        if _in_set_folder(stem):
            name = f"{stem.parent.parent.name.lower()}/{stem.name}"
        else:
            name = stem.relative_to(folder.parent).as_posix()
        yield from sift(name, [(name, partial(_read_halves, name, by_kind))], scale)


def _read_halves(name: str, by_kind: dict[str, Path]) -> Pair:
    if len(by_kind) < 2:
        (kind, path), *_ = by_kind.items()
        raise ValueError(f"{path} has no {'LR' if kind == 'HR' else 'HR'} picture beside it.")
    return read_pair(name, by_kind["HR"], by_kind["LR"])


def _in_set_folder(path: Path) -> bool:
    return path.parent.name.startswith(_SET_FOLDER)


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
    return replace(picture, data=_usable(path, picture.data, rgb=picture.rgb))


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


def _read_hr(paths: list[Path], folder: Path, scale: int) -> Iterator[Pair | Unusable]:
    stems = Counter(map(_stem, paths))
    for path in paths:
        # a.png and a.tif in one folder are two pictures.
        stem = _stem(path) if stems[_stem(path)] == 1 else path
        name = stem.relative_to(folder.parent).as_posix()
        yield from sift(name, _planes(path, name), scale)


def _planes(path: Path, name: str) -> Iterator[tuple[str, Callable[[], Pair]]]:
    """Name each plane of a file or of Zarr data, and say how to read it; they share a value range."""
    planes: Iterable[tuple[tuple[int, ...], Callable[[], NDArray[Any]]]]
    if path.is_dir():
        planes, rgb, value_range = ome_zarr_planes(path), False, find_ome_zarr_range(path)
    else:
        picture = _read_without_alpha(path)
        rgb = picture.rgb
        planes = (
            (index, partial(_usable, path, plane, rgb=rgb)) for index, plane in picture.planes()
        )
        with _named(path):
            value_range = find_finite_range(picture.data)
    for index, read in planes:
        plane = name + (f"[{','.join(map(str, index))}]" if index else "")
        yield plane, partial(_as_hr, plane, read, rgb=rgb, stack=name, value_range=value_range)


def _as_hr(
    name: str, read: Callable[[], NDArray[Any]], *, rgb: bool, stack: str, value_range: ValueRange
) -> Pair:
    return Pair(name, read(), None, rgb, stack, value_range)


def _stem(path: Path) -> Path:
    stem = path.with_suffix("")
    return stem.with_suffix("") if path.name.lower().endswith(".ome.zarr") else stem


def _read_without_alpha(path: Path) -> Picture:
    picture = read_picture(path)
    with _named(path):
        check_layout(picture.data.shape, picture.data.dtype, rgb=picture.rgb)
    return replace(picture, data=picture.data[..., :3]) if picture.rgb else picture


def _usable(path: Path, plane: NDArray[Any], *, rgb: bool) -> NDArray[Any]:
    with _named(path):
        check_picture(plane, rgb=rgb)
    return plane


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path} cannot be used. {error}") from error
