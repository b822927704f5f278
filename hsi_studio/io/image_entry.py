"""One image of a set of images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ImageEntry:
    """An image that is classified as a whole.

    Parameters
    ----------
    path : Path
    name : str
        What its set calls it: its path in the set's folder.
    class_name : str, optional
        None where it is unknown.
    object : str
        What was imaged: images of one object are never divided between training and test.
    split : {'train', 'val', 'test'}, optional
        What the set's makers use it for.
    wavelengths_nm : tuple of float
        Where the set states them and the image does not; else empty.
    """

    path: Path
    name: str
    class_name: str | None
    object: str
    split: str | None = None
    wavelengths_nm: tuple[float, ...] = ()
