"""Selections that grow from one pixel: similar spectra, similar colours, one region of labels.

Pixels are neighbours when they share an edge. The image is looked at tile by tile, outward from the pixel, so
memory is bounded and of a large image only the tiles that the growth reaches are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.labels import TILE, Labels, TileKey, tile_keys
from hsi_studio.core.progress import Progress
from hsi_studio.core.reading import row_strips
from hsi_studio.core.selection import Condition, Selection
from hsi_studio.core.window import Window
from hsi_studio.errors import UsageError

Mask = NDArray[np.bool_]

_KEPT_TILES = 512
_STRIP_VALUES = 1_000_000


class SpectralWand:
    """Pixels whose spectra resemble that of one pixel, for as many angles as the user tries.

    Angles are computed once per tile and kept, at most 128 MB of them; another angle only compares again.
    Use it from one thread at a time.

    Parameters
    ----------
    cube : Cube
    row, col : int
        The pixel whose spectrum is looked for.

    Raises
    ------
    UsageError
        When no good band of the pixel holds a value other than 0.
    """

    def __init__(self, cube: Cube, row: int, col: int) -> None:
        self._cube, self._row, self._col = cube, row, col
        values = _spectra(cube, Window(row, col, 1, 1), range(cube.bands))[0]
        usable = np.isfinite(values) & cube.good_bands()
        if not values[usable].any():
            raise UsageError(f"nothing was measured at row {row}, column {col}", "click on another pixel")
        self._bands: list[int] = np.flatnonzero(usable).tolist()
        self._values = values[usable]
        self._tiles: dict[Window, NDArray[np.float32]] = {}

    def select(self, angle: float, *, connected: bool = True, progress: Progress | None = None) -> Selection:
        """Return the pixels within a spectral angle in radians; `connected` to the first one, or all.

        Pixels without values are not among them. `Cancelled` can be raised by `progress` after every tile,
        and what has been computed until then is kept.
        """

        def similar(window: Window) -> Mask:
            return np.asarray(self.angles(window) <= angle)

        size = self._cube.rows, self._cube.cols
        if connected:
            return grown(similar, *size, (self._row, self._col), progress)
        return everywhere(similar, *size, progress)

    def angles(self, tile: Window) -> NDArray[np.float32]:
        """Return the spectral angle in radians (rows, cols) of the pixels of a tile, NaN without values.

        Spectral angle mapper: Kruse et al. 1993, doi:10.1016/0034-4257(93)90013-N, over the good bands that
        are valid both there and in the pixel that is looked for.
        """
        angles = self._tiles.pop(tile, None)
        if angles is None:
            angles = np.concatenate([self._strip(strip) for strip in self._strips(tile)])
        self._tiles[tile] = angles
        if len(self._tiles) > _KEPT_TILES:
            del self._tiles[next(iter(self._tiles))]
        return angles

    def _strips(self, tile: Window) -> Iterator[Window]:
        return row_strips(tile, len(self._bands), values=_STRIP_VALUES)

    def _strip(self, window: Window) -> NDArray[np.float32]:
        values = _spectra(self._cube, window, self._bands)
        valid = np.isfinite(values)
        values[~valid] = 0
        # Float32 would make 0.0005 of equal spectra.
        own = np.sqrt(valid @ self._values**2) * np.sqrt(np.einsum("ij,ij->i", values, values))
        with np.errstate(invalid="ignore", divide="ignore"):
            cosine = np.clip(values @ self._values / own, -1, 1)
        angles: NDArray[np.float32] = np.arccos(cosine).astype(np.float32)
        return angles.reshape(window.rows, window.cols)


def flood(picture: NDArray[np.generic], row: int, col: int, tolerance: float) -> Selection:
    """Return the connected pixels whose colour resembles that of one pixel.

    Parameters
    ----------
    picture : ndarray (rows, cols) or (rows, cols, channels)
        A plane or the view's colours.
    row, col : int
    tolerance : float
        Largest difference in any channel.
    """
    rows, cols = picture.shape[:2]
    return flood_view(lambda window: picture[window.slices()], (rows, cols), (row, col), tolerance)


def flood_view(
    read: Callable[[Window], NDArray[np.generic]],
    size: tuple[int, int],
    pixel: tuple[int, int],
    tolerance: float,
    progress: Progress | None = None,
) -> Selection:
    """Do as `flood` with a picture of (rows, cols) = `size` that is read window by window."""
    colour = np.asarray(read(Window(*pixel, 1, 1))[0, 0], np.float64)

    def similar(window: Window) -> Mask:
        close = np.abs(np.asarray(read(window), np.float64) - colour) <= tolerance
        return close if close.ndim == 2 else np.asarray(close.all(axis=2))

    return grown(similar, *size, pixel, progress)


def connected_region(labels: Labels, row: int, col: int, progress: Progress | None = None) -> Selection:
    """Return the connected pixels of the same class as one pixel, or without a class like it."""
    id = labels.at(row, col)
    return grown(
        lambda window: np.asarray(labels.read(window) == id), labels.rows, labels.cols, (row, col), progress
    )


def everywhere(matches: Condition, rows: int, cols: int, progress: Progress | None = None) -> Selection:
    """Return all pixels of an image of `rows` × `cols` that match, asked tile by tile."""
    progress = Progress() if progress is None else progress
    found = {}
    keys = list(tile_keys(Window.full(rows, cols)))
    for number, key in enumerate(keys):
        progress.update(number / len(keys), "Selecting")
        inside = matches(_tile(key, rows, cols))
        if inside.any():
            found[key] = inside
    return _joined(found, rows, cols)


def grown(
    matches: Condition, rows: int, cols: int, pixel: tuple[int, int], progress: Progress | None = None
) -> Selection:
    """Return the matching pixels of an image of `rows` × `cols` that are connected to a pixel."""
    progress = Progress() if progress is None else progress
    if not (0 <= pixel[0] < rows and 0 <= pixel[1] < cols):
        return Selection.empty()
    found: dict[TileKey, Mask] = {}
    first = pixel[0] // TILE, pixel[1] // TILE
    reached = {first: np.zeros(_tile(first, rows, cols).shape(), bool)}
    reached[first][pixel[0] % TILE, pixel[1] % TILE] = True
    while reached:
        progress.update(None, "Selecting")
        key = next(iter(reached))
        seeds = reached.pop(key)
        area = _tile(key, rows, cols)
        known = found.get(key, np.zeros_like(seeds))
        seeds &= ~known
        if seeds.any() and (grew := _connected(matches(area), seeds) & ~known).any():
            found[key] = known | grew
            _reach_on(key, grew, reached, (rows, cols))
    return _joined(found, rows, cols)


def _connected(inside: Mask, seeds: Mask) -> Mask:
    """Return the components of `inside` that hold a seed."""
    from scipy import ndimage

    seeds = seeds & inside
    if inside.all() or not seeds.any():
        return np.full_like(inside, seeds.any())
    components, count = ndimage.label(inside)
    chosen = np.zeros(count + 1, bool)
    chosen[components[seeds]] = True
    return np.asarray(chosen[components])


def _reach_on(key: TileKey, grew: Mask, reached: dict[TileKey, Mask], size: tuple[int, int]) -> None:
    """Mark the pixels of the four neighbouring tiles that touch those that a tile grew by."""
    row, col = key
    sides: dict[TileKey, tuple[tuple[int | slice, int | slice], Mask]] = {
        (row - 1, col): (np.s_[-1, :], grew[0]),
        (row + 1, col): (np.s_[0, :], grew[-1]),
        (row, col - 1): (np.s_[:, -1], grew[:, 0]),
        (row, col + 1): (np.s_[:, 0], grew[:, -1]),
    }
    for neighbour, (edge, touching) in sides.items():
        area = _tile(neighbour, *size)
        if touching.any() and area.size and min(neighbour) >= 0:
            reached.setdefault(neighbour, np.zeros(area.shape(), bool))[edge] |= touching


def _joined(found: dict[TileKey, Mask], rows: int, cols: int) -> Selection:
    """Return the selection of pixels found in tiles, in the smallest window."""
    if not found:
        return Selection.empty()
    keys = np.array(list(found))
    low, high = keys.min(axis=0) * TILE, (keys.max(axis=0) + 1) * TILE
    window = Window(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])).clipped(
        rows, cols
    )
    inside = np.zeros(window.shape(), bool)
    for key, part in found.items():
        area = _tile(key, rows, cols)
        inside[Window(area.row - window.row, area.col - window.col, area.rows, area.cols).slices()] = part
    return Selection(window, inside).trimmed()


def _tile(key: TileKey, rows: int, cols: int) -> Window:
    return Window(key[0] * TILE, key[1] * TILE, TILE, TILE).clipped(rows, cols)


def _spectra(cube: Cube, window: Window, bands: Sequence[int]) -> NDArray[np.float64]:
    """Return stored values (pixels, bands), NaN where invalid."""
    stored = cube.block(window, bands)
    values = stored.astype(np.float64, order="C")
    values[cube.invalid(stored)] = np.nan
    return values.reshape(-1, len(bands))
