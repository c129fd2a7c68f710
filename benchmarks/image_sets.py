"""The image sets of training and tests: where they come from, under which terms, which files."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

_GENERAL_100 = "https://github.com/Nhat-Thanh/FSRCNN-Pytorch (dataset/train)"
_LAPSRN = "http://vllab.ucmerced.edu/wlai24/LapSRN/results/SR_training_datasets.zip"
_BSDS500 = (
    "https://github.com/BIDS/BSDS500/tree/a04b7c6c3a9f0ace74bf205c72a43d32e1c72722"
    "/BSDS500/data/images/train"
)
_SELFEXSR = (
    "https://github.com/jbhuang0604/SelfExSR/tree/8f6dd8c1d20cb7e8792a7177b4f6fd677633f598/data"
)
_BERKELEY = "Berkeley's, for non-commercial research and education"
_UNKNOWN = "no terms are stated where it is passed around"


@dataclass(frozen=True)
class ImageSet:
    """A set of pictures.

    Attributes
    ----------
    name : str
        Of its folder.
    address : str
    terms : str
        Under which it is given.
    files : str
        Pattern of those of its files that are used.
    """

    name: str
    address: str
    terms: str
    files: str = "*"

    def pictures(self) -> list[str]:
        """Name the pictures as training records do."""
        return [f"{self.name}/{path.stem}" for path in sorted(self.folder.glob(self.files))]

    def checksum(self) -> str:
        """SHA-256 of the lines ``<SHA-256>  <file>``, sorted by file."""
        lines = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n"
            for name, path in sorted(
                (path.relative_to(self.folder).as_posix(), path)
                for path in self.folder.glob(self.files)
            )
        ]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def folder(self) -> Path:
        """Where it lies: in the folder that NAPARI_FSRCNN_DATA names."""
        return data_folder() / self.name


def data_folder() -> Path:
    """Folder of all sets."""
    if "NAPARI_FSRCNN_DATA" not in os.environ:
        raise SystemExit("Set NAPARI_FSRCNN_DATA to the folder that holds the image sets.")
    return Path(os.environ["NAPARI_FSRCNN_DATA"])


TRAINING_SETS = {
    each.name: each
    for each in (
        ImageSet("T91", f"{_LAPSRN} (T91)", _UNKNOWN),
        ImageSet("General-100", _GENERAL_100, _UNKNOWN),
        ImageSet("BSDS500-train", _BSDS500, _BERKELEY),
    )
}

TEST_SETS = (
    ImageSet("Set5", "widely copied", _UNKNOWN),
    ImageSet("Set14", "widely copied", _UNKNOWN),
    ImageSet("BSD100", f"{_SELFEXSR}/BSD100", _BERKELEY, "image_SRF_*/*.png"),
)
