"""Choices that a file cannot make by itself."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OpenOptions:
    """Options of `open_cube`; the defaults infer everything and ask by raising `ChoiceNeeded`.

    Parameters
    ----------
    variable : str, optional
        Name of the variable or data set in MATLAB, HDF5, NetCDF, .npz and Zarr files.
    band_axis : {0, 1, 2}, optional
        Axis of the bands in the file, for formats that do not say.
    white, dark : Path, optional
        Reference captures: the cube becomes reflectance (raw − dark) / (white − dark).
    use_references : bool
        Apply white and dark references found beside the scene.
    raster_size : (int, int), optional
        Rows and columns of a scene whose class ids are wanted: of several arrays the one of that size.
    """

    variable: str | None = None
    band_axis: int | None = None
    white: Path | None = None
    dark: Path | None = None
    use_references: bool = True
    raster_size: tuple[int, int] | None = None
