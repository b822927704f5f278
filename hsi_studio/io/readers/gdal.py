"""GeoTIFF and whatever else GDAL opens."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import CubeSource
from hsi_studio.core.window import Window
from hsi_studio.errors import Choice, ChoiceNeeded, CubeFileError
from hsi_studio.io.arrays.boxes import BoxSource
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.io.guard import COPY_AGAIN, damaged, require_numeric
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.enmap import enmap_fields, metadata_beside
from hsi_studio.io.readers.gdal_metadata import common_nodata, cube_fields
from hsi_studio.io.readers.multipage import mapped_page

_ENVIRONMENT = {
    # A file must not run code or fetch anything: no Python in VRTs, no address ends in this.
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".nothing-remote",
    "GDAL_CACHEMAX": 256 << 20,
}
_REMOTE = {
    "DAAS", "EEDA", "EEDAI", "GNMDatabase", "GNMFile", "HTTP", "OGCAPI", "PLMOSAIC", "PostGISRaster",
    "STACIT", "STACTA", "WCS", "WMS", "WMTS",
}  # fmt: skip
_TYPES = {
    "int8", "uint8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64",
}  # fmt: skip


class GdalReader:
    """Reads local files through rasterio; the last reader asked."""

    name = "GeoTIFF and other GDAL formats"
    suffixes = (
        ".tif",
        ".tiff",
        ".vrt",
        ".jp2",
        ".png",
        ".jpg",
        ".jpeg",
        ".bmp",
        ".ntf",
        ".pix",
        ".nc",
        ".gtiff",
    )

    def recognises(self, path: Path) -> bool:
        return path.is_file()

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:  # noqa: ARG002
        if path.stat().st_size == 0:
            raise CubeFileError(f"{path.name} is empty", COPY_AGAIN)
        name = _part(path, options.variable)
        with opened(path, name) as file:
            source = GdalSource(path, name, file)
            in_place = _in_place(path, source, file)
            with damaged(path):
                fields = cube_fields(in_place, file)
        metadata = metadata_beside(path)
        if metadata is not None:
            fields |= enmap_fields(in_place, metadata, source.nodata)
        files = [path] if metadata is None else [path, metadata]
        return Cube(name=path.name, path=path, fingerprint=fingerprint(files), **fields)


def _in_place(path: Path, source: GdalSource, file: Any) -> CubeSource:
    """Return a map of the values of an uncompressed TIFF, many times faster than GDAL for single pixels."""
    if file.driver != "GTiff" or file.name != str(path) or source.has_overviews:
        return source
    mapped = mapped_page(path)
    same = mapped is not None and (mapped.shape, mapped.dtype) == (source.shape, source.dtype)
    return mapped if mapped is not None and same else source


def _part(path: Path, wanted: str | None) -> str:
    """Return what GDAL has to open: the file, or the part of it that the user chose.

    Raises
    ------
    CubeFileError
        When there is no such part; `ChoiceNeeded` when there are several and none was chosen.
    """
    with opened(path, str(path)) as file:
        parts: dict[str, str] = {_part_name(path, part): part for part in file.subdatasets}
        if file.count and wanted is None:
            return str(path)
    if wanted in parts:
        return parts[wanted]
    if wanted is not None or not parts:
        names = ", ".join(parts) or "another file"
        raise CubeFileError(f"{path.name} holds no image {wanted or ''}".rstrip(), f"choose {names}")
    choices = [Choice(part, full) for part, full in parts.items()]
    raise ChoiceNeeded(f"{path.name} holds {len(parts)} images", "variable", choices)


def _part_name(path: Path, full: str) -> str:
    """Return ``one`` of ``NETCDF:"a.nc":one`` and ``GTIFF_DIR:2`` of ``GTIFF_DIR:2:a.tif``."""
    before, _, after = full.partition(str(path))
    return after.strip(':/"') or before.strip(':/"')


@contextmanager
def environment() -> Iterator[None]:
    """Keep GDAL from running code and from the network, in this thread."""
    import rasterio

    with rasterio.Env(**_ENVIRONMENT):
        yield


@contextmanager
def opened(path: Path, name: str) -> Iterator[Any]:
    """Open a local file, or a part of one, as a rasterio dataset.

    Raises
    ------
    CubeFileError
        When GDAL does not know the format or the file is damaged.
    """
    with environment():
        file = _open(path, name)
        try:
            yield file
        finally:
            file.close()


def _open(path: Path, name: str) -> Any:
    import warnings

    from rasterio.env import local
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
    from rasterio.io import DatasetReader

    drivers = sorted(set(local._env.drivers()) - _REMOTE)
    with damaged(path), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            return DatasetReader(name, driver=drivers)
        except RasterioIOError as error:
            if "not recognized" not in str(error):
                raise
            raise CubeFileError(
                f"{path.name} has no image format that hsi_studio knows",
                "convert it to ENVI, GeoTIFF or NumPy",
            ) from error


class GdalSource(BoxSource):
    """Bands of a raster file; every thread that reads opens it for itself, as GDAL demands.

    Parameters
    ----------
    path : Path
    name : str
        What GDAL opens: the path, or a part of the file.
    file : rasterio dataset
        The same, open, for the description.
    """

    def __init__(self, path: Path, name: str, file: Any) -> None:
        kinds = set(file.dtypes)
        if kinds - _TYPES:
            require_numeric(np.dtype(next(iter(kinds - _TYPES)).replace("_int16", "64")), path)
        super().__init__(
            (file.height, file.width, file.count), np.result_type(*kinds), file.block_shapes[0][0]
        )
        self._path, self._name = path, name
        self.nodata = common_nodata(file.nodatavals)
        self._smallest_overview = min((f[0] for b in file.indexes if (f := file.overviews(b))), default=None)
        self._local = threading.local()

    @property
    def has_overviews(self) -> bool:
        return self._smallest_overview is not None

    def _file(self) -> Any:
        if not hasattr(self._local, "file"):
            self._local.file = _open(self._path, self._name)
        return self._local.file

    def _read(self, window: Window, bands: Sequence[int], size: tuple[int, int]) -> NDArray[Any]:
        place = ((window.row, window.row_stop), (window.col, window.col_stop))
        with environment(), damaged(self._path):
            stack = self._file().read(
                [band + 1 for band in bands], window=place, out_shape=(len(bands), *size)
            )
        return np.moveaxis(np.asarray(stack, self._dtype), 0, 2)

    def _box(self, rows: slice, cols: slice, bands: Sequence[int]) -> NDArray[Any]:
        size = rows.stop - rows.start, cols.stop - cols.start
        return self._read(Window(rows.start, cols.start, *size), bands, size)

    def _read_decimated(self, window: Window, bands: Sequence[int], step: int) -> NDArray[Any]:
        if self._smallest_overview is not None and step >= self._smallest_overview:
            return self._read(window, bands, window.shape(step))
        return super()._read_decimated(window, bands, step)
