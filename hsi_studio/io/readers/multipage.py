"""TIFF files whose pages, planes or samples are bands, and that are no GeoTIFF."""

from __future__ import annotations

import json
import logging
import re
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.source import CubeSource
from hsi_studio.core.wavelengths import SpectralAxis, parse_numbers, spectral_axis
from hsi_studio.errors import CubeFileError
from hsi_studio.io.arrays.axes import Layout
from hsi_studio.io.arrays.boxes import BoxSource
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.fingerprint import fingerprint
from hsi_studio.io.guard import COPY_AGAIN, array_bytes, damaged, require_memory, require_numeric, shape_text
from hsi_studio.io.options import OpenOptions

# What tifffile warns of either does not matter or is told as an error.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Tags of GeoTIFF and of GDAL: such files are read by GDAL.
_GEO_TAGS = (33550, 33922, 34264, 34735, 42112, 42113)
_REDUCED = 1
_MOST_SAMPLES = 4
_CACHE_BYTES = 256 << 20
# Packed data are rarely smaller; a file that declares more is damaged.
_MOST_COMPRESSION = 5000
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class MultipageTiffReader:
    """Reads TIFF stacks: plain pages, ImageJ, OME, or one page with many samples."""

    name = "Multi-page TIFF"
    suffixes = (".tif", ".tiff", ".btf")

    def recognises(self, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            if file.read(4) not in _MAGIC:
                return False
        try:
            return _is_stack(path)
        except CubeFileError:
            return False  # GDAL may know better, and says what is wrong if not

    def open(self, path: Path, options: OpenOptions, progress: Progress) -> Cube:  # noqa: ARG002
        with _opened(path) as tif, damaged(path):
            series = _stack(tif)
            shape, axes, dtype = tuple(series.shape), str(series.axes), series.dtype
            texts = _band_texts(tif)
        require_numeric(dtype, path)
        layout = _layout(path, shape, axes)
        source = _source(path, layout)
        axis = _axis(texts, source.shape[2])
        return Cube(
            source,
            name=path.name,
            path=path,
            format="TIFF stack",
            interleave="bip" if layout.bands == layout.ndim - 1 else "bsq",
            wavelengths_nm=axis.wavelengths_nm,
            fwhm_nm=axis.fwhm_nm,
            fingerprint=fingerprint([path]),
            notes=axis.notes,
        )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with path.open("rb") as raw:
        yield _parsed(raw, path)


def _parsed(raw: IO[bytes], path: Path) -> Any:
    """Return a TiffFile that leaves the closing to us: when parsing fails it would forget to."""
    import tifffile

    with damaged(path):
        tif = tifffile.TiffFile(raw)
        if not (tif.is_shaped and len(tif.series) == len(tif.pages) > 1):
            return tif
        # tifffile's own mark makes every page that was written by itself a series of its own.
        raw.seek(0)
        return tifffile.TiffFile(raw, is_shaped=False)


def _stack(tif: Any) -> Any:
    """Return the largest series of pages: a file may begin with a small preview."""
    return max(tif.series, key=lambda series: series.size)


def _is_stack(path: Path) -> bool:
    """Tell whether a TIFF without map tags has more bands than a picture."""
    with _opened(path) as tif, damaged(path):
        first = tif.pages[0]
        if any(tag in first.tags for tag in _GEO_TAGS):
            return False
        if len(tif.pages) > 1 and not tif.pages[1].subfiletype & _REDUCED:
            return True
        # One packed page is better read by GDAL, which unpacks only the tiles that are asked for.
        in_one_piece = tif.series[0].dataoffset is not None
        return in_one_piece and (first.samplesperpixel > _MOST_SAMPLES or tif.is_imagej or tif.is_shaped)


def _layout(path: Path, shape: tuple[int, ...], axes: str) -> Layout:
    """Return which axes are what: Y and X are named, the one other axis longer than 1 holds the bands."""
    others = [i for i, name in enumerate(axes) if name not in "YX" and shape[i] > 1]
    if "Y" not in axes or "X" not in axes or len(others) > 1 or 0 in shape:
        raise CubeFileError(
            f"{path.name} holds {shape_text(shape)} values ({axes}), not rows × columns × bands",
            "save one stack of bands",
        )
    bands = others[0] if others else next((i for i, name in enumerate(axes) if name not in "YX"), None)
    return Layout(len(shape), axes.index("Y"), axes.index("X"), bands)


def _source(path: Path, layout: Layout) -> CubeSource:
    """Return the values in place where they lie in one uncompressed piece, else page by page."""
    with _opened(path) as tif, damaged(path):
        series = _stack(tif)
        shape, dtype, offset = (
            tuple(series.shape),
            series.dtype.newbyteorder(tif.byteorder),
            series.dataoffset,
        )
    if offset is not None:
        return MappedSource(path, dtype, shape, layout, offset=offset)
    return PagesSource(path, layout)


def mapped_page(path: Path) -> MappedSource | None:
    """Return the first page of a TIFF where its values lie in one uncompressed piece, else None.

    Raises
    ------
    CubeFileError
        When the file is shorter than its header says.
    """
    try:
        with _opened(path) as tif, damaged(path):
            series = _stack(tif)
            shape, axes, offset = tuple(series.shape), str(series.axes), series.dataoffset
            dtype = series.dtype.newbyteorder(tif.byteorder)
    except CubeFileError:
        return None
    if offset is None or axes not in ("YX", "YXS", "SYX"):
        return None
    return MappedSource(path, dtype, shape, _layout(path, shape, axes), offset=offset)


class PagesSource(BoxSource):
    """Bands decoded page by page; the latest are kept, up to 256 MB.

    Parameters
    ----------
    path : Path
    layout : Layout
        Of the largest series.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        raw = path.open("rb")
        weakref.finalize(self, raw.close)
        with damaged(path):
            self._series = _stack(_parsed(raw, path))
        shape, dtype = tuple(self._series.shape), self._series.dtype
        super().__init__(layout.pick(shape), dtype, chunk_rows=1)
        self._path, self._layout, self._lock = path, layout, threading.Lock()
        self._kept: OrderedDict[int, NDArray[Any]] = OrderedDict()
        page = array_bytes(shape, dtype) // max(1, len(self._series))
        if page > _MOST_COMPRESSION * path.stat().st_size:
            raise CubeFileError(f"{path.name} declares more values than it can hold", COPY_AGAIN)
        require_memory(page, path, "a page")
        self._most_kept = max(1, _CACHE_BYTES // max(1, page))

    def _box(self, rows: slice, cols: slice, bands: Sequence[int]) -> NDArray[Any]:
        out = np.empty((rows.stop - rows.start, cols.stop - cols.start, len(bands)), self._dtype)
        with self._lock, damaged(self._path):
            for i, band in enumerate(bands):
                out[:, :, i] = self._band(band, rows, cols)
        return out

    def _band(self, band: int, rows: slice, cols: slice) -> NDArray[Any]:
        """Return a part of one band; a page holds one band, or all of them."""
        pages = len(self._series)
        shape = self._series.shape
        if pages == self.shape[2]:
            plane: NDArray[Any] = self._page(band).reshape(self.shape[:2])
            return plane[rows, cols]
        if pages != 1:
            raise ValueError(f"{pages} pages for {self.shape[2]} bands")
        whole = self._layout.view(self._page(0).reshape(shape))
        part: NDArray[Any] = whole[rows, cols, band]
        return part

    def _page(self, index: int) -> NDArray[Any]:
        if index not in self._kept:
            page = self._series[index]
            if page is None:
                raise ValueError(f"page {index} is missing")
            self._kept[index] = page.asarray()
            if len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
        self._kept.move_to_end(index)
        return self._kept[index]


def _band_texts(tif: Any) -> dict[str, Any]:
    """Return what the descriptions say of the bands: a JSON object, or the labels of ImageJ."""
    imagej = tif.imagej_metadata or {}
    if "Labels" in imagej:
        return {"labels": list(imagej["Labels"])}
    shaped = tif.shaped_metadata or ()
    found = dict(shaped[0]) if shaped else {}
    if not found:
        try:
            parsed = json.loads(tif.pages[0].description)
        except (ValueError, RecursionError):
            return {}
        found = parsed if isinstance(parsed, dict) else {}
    return {str(key).lower(): value for key, value in found.items()}


def _axis(texts: dict[str, Any], bands: int) -> SpectralAxis:
    centres = next(
        (texts[key] for key in ("wavelengths", "wavelength", "wavelengths_nm") if key in texts), None
    )
    unit = texts.get("wavelength_units", texts.get("wavelength_unit"))
    if isinstance(centres, list):
        widths = texts.get("fwhm", texts.get("fwhm_nm"))
        numbers = parse_numbers(widths) if isinstance(widths, list) else ()
        return spectral_axis(parse_numbers(centres), bands, unit if isinstance(unit, str) else None, numbers)
    labels = [_NUMBER.search(str(label)) for label in texts.get("labels", ())]
    if len(labels) == bands and all(labels):
        return spectral_axis([float(found.group()) for found in labels if found], bands)
    return SpectralAxis()
