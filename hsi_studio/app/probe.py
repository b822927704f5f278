"""What lies under the cursor, in words: place, values of the shown bands, classes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.session import OpenCube, Session
from hsi_studio.app.view_edit import shown_bands
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.planes import planes
from hsi_studio.core.presets import describe
from hsi_studio.core.view import Composite, RgbComposite, SingleBand
from hsi_studio.core.window import Window


@dataclass(frozen=True)
class PixelFacts:
    """A pixel in words; `ground` and `classes` are empty where there is nothing to say."""

    row: int
    col: int
    values: str
    ground: str
    classes: str


class PixelProbe(QObject):
    """Reads the pixel under the cursor on a thread; the newest question is answered."""

    told = Signal(object)
    """The `PixelFacts` of the last pixel asked for."""
    failed = Signal(object)
    """The exception that reading raised."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._worker = LatestWorker("probe", self)
        self._worker.answered.connect(self._tell)
        self._worker.failed.connect(lambda _, error: self.failed.emit(error))

    def ask(self, row: int, col: int) -> None:
        """Ask about a pixel of the current cube."""
        if self._session.current is not None:
            self._worker.request("pixel", partial(pixel_facts, self._session.current, row, col))

    def leave(self) -> None:
        """Forget the question."""
        self._worker.drop("pixel")

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _tell(self, _: Hashable, facts: PixelFacts) -> None:
        self.told.emit(facts)


def pixel_facts(opened: OpenCube, row: int, col: int) -> PixelFacts:
    """Read one pixel and say what is known about it."""
    cube = opened.cube
    georef = cube.georef
    return PixelFacts(
        row,
        col,
        values=values_text(cube, opened.view.composite, row, col),
        ground="" if georef is None else ground_text(georef, row, col),
        classes=" · ".join(_class_names(opened, row, col)),
    )


def values_text(cube: Cube, composite: Composite, row: int, col: int) -> str:
    """Return the physical values behind a pixel's colour, such as ``0.231 at 650 nm``."""
    if cube.classes is not None:
        stored = int(cube.spectrum(row, col)[0])
        names = {entry.id: entry.name for entry in cube.classes}
        return names.get(stored, f"class {stored}")
    bands = shown_bands(cube, composite)
    pixel = Window(row, col, 1, 1)
    if not bands:
        return (
            f"{describe(composite, cube)}: {_numbers(p[0, 0] for p in planes(cube, composite, pixel).values)}"
        )
    shown = SingleBand(*bands) if len(bands) == 1 else RgbComposite(*bands)
    return f"{_numbers(cube.physical(cube.block(pixel, bands))[0, 0])} at {describe(shown, cube)}"


def ground_text(georef: GeoReference, row: int, col: int) -> str:
    """Return the map position of a pixel's centre, such as ``E 512 345.0 N 4 512 345.0 m · EPSG:32616``."""
    x, y = georef.to_map(row + 0.5, col + 0.5)
    name = georef.crs_name
    if name is None:
        return f"x {_grouped(x)} y {_grouped(y)}"
    if georef.metres_per_unit is None:
        latitude, longitude = _hemisphere(y, "N", "S"), _hemisphere(x, "E", "W")
        return f"{latitude} {longitude} · {name}"
    unit = "m" if georef.metres_per_unit == 1 else f"× {georef.metres_per_unit:g} m"
    return f"E {_grouped(x)} N {_grouped(y)} {unit} · {name}"


def _numbers(values: Iterable[float]) -> str:
    return " / ".join(f"{value:.4g}" if np.isfinite(value) else "no data" for value in values)


def _class_names(opened: OpenCube, row: int, col: int) -> list[str]:
    found = []
    for layer in opened.layers:
        class_id = int(layer.raster.ids[row, col])
        if layer.visible and class_id:
            names = {entry.id: entry.name for entry in layer.raster.classes}
            found.append(f"{layer.raster.name}: {names.get(class_id, f'class {class_id}')}")
    return found


def _grouped(value: float) -> str:
    return f"{value:,.1f}".replace(",", "\u202f")


def _hemisphere(degrees: float, positive: str, negative: str) -> str:
    return f"{abs(degrees):.6f}° {positive if degrees >= 0 else negative}"
