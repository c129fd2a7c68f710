"""LR as a worse instrument would have recorded it: blurred, shrunk, noisy."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fsrcnn.image.protocol import LEVELS, make_lr


@dataclass(frozen=True)
class Degradation:
    """How LR is made from HR.

    Attributes
    ----------
    blur : float
        Standard deviation of a Gaussian before HR is shrunk, in HR pixels; the border is mirrored.
    noise : float
        Standard deviation of the Gaussian noise that is added to LR, in levels of 255.
    seed : int
        Of the noise.

    Examples
    --------
    >>> Degradation(blur=1.2, noise=3).exact, BICUBIC.exact
    (False, True)
    """

    blur: float = 0.0
    noise: float = 0.0
    seed: int = 0

    @property
    def exact(self) -> bool:
        """Whether LR is the literature's: MATLAB's bicubic and nothing else."""
        return self.blur == 0 and self.noise == 0

    def make_lr(self, hr: NDArray[Any], scale: int, name: str) -> NDArray[np.floating[Any]]:
        """Blur HR, shrink it by MATLAB's bicubic, and add noise.

        Parameters
        ----------
        hr : ndarray of float, shape (Y, X)
            In [0, 1], cut to a multiple of ``scale``.
        scale : int
        name : str
            The picture's name, which with the seed decides the noise: a picture of the same name
            gets the same noise every time.

        Returns
        -------
        ndarray of float, shape (Y / scale, X / scale)
            Neither rounded nor clipped.

        Examples
        --------
        >>> import numpy as np
        >>> Degradation(blur=2).make_lr(np.ones((6, 9)), 3, "flat").round(9)
        array([[1., 1., 1.],
               [1., 1., 1.]])
        """
        if self.blur:
            from scipy.ndimage import gaussian_filter

            hr = gaussian_filter(hr, self.blur, mode="reflect")
        lr = make_lr(hr, scale)
        if self.noise:
            lr = lr + self._random(name).normal(0, self.noise / LEVELS, lr.shape)
        return lr

    def _random(self, name: str) -> np.random.Generator:
        # A file's name need not be text: Python marks what cannot be decoded by surrogates.
        digest = sha256(f"{self.seed}/{name}".encode(errors="surrogateescape")).digest()
        return np.random.default_rng(int.from_bytes(digest))


BICUBIC = Degradation()
