"""What lies under the cursor, in words: place, values of the shown bands, classes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from hsi_studio.app.session import OpenCube, Session, top_class_layer
from hsi_studio.app.view_edit import shown_bands
from hsi_studio.app.worker import LatestWorker
from hsi_studio.core.classes import ClassRaster
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.planes import planes
from hsi_studio.core.presets import describe
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.core.view import Composite, RgbComposite, SingleBand
from hsi_studio.core.window import Window


@dataclass(frozen=True)
class PixelFacts:
    """A pixel in words; `ground` and `classes` are empty where there is nothing to say.

    `class_id` is that of the topmost visible class layer, 0 where there is none.
    """

    row: int
    col: int
    values: str
    ground: str
    classes: str
    class_id: int = 0


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
        classes=" · ".join(_layer_texts(opened, row, col)),
        class_id=_class_id(opened, row, col),
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


def _layer_texts(opened: OpenCube, row: int, col: int) -> Iterator[str]:
    for layer in opened.layers:
        raster = layer.raster
        text = (
            class_text(raster, row, col) if isinstance(raster, ClassRaster) else scalar_text(raster, row, col)
        )
        if layer.visible and text:
            yield f"{raster.name}: {text}"


def class_text(raster: ClassRaster, row: int, col: int) -> str:
    """Return the class of a pixel and how sure a prediction of it is; empty where there is none."""
    class_id = int(raster.ids[row, col])
    if not class_id:
        return ""
    names = {entry.id: entry.name for entry in raster.classes}
    name = names.get(class_id, f"class {class_id}")
    return name if raster.confidence is None else f"{name} {raster.confidence[row, col] * 100:.0f} %"


def scalar_text(raster: ScalarRaster, row: int, col: int) -> str:
    """Return the value of a pixel; empty where there is none."""
    value = raster.at(row, col)
    return "" if value is None else f"{value:.3g}"


def _class_id(opened: OpenCube, row: int, col: int) -> int:
    layer = top_class_layer(opened)
    return 0 if layer is None else int(layer[1].ids[row, col])


def _grouped(value: float) -> str:
    return f"{value:,.1f}".replace(",", "\u202f")


def _hemisphere(degrees: float, positive: str, negative: str) -> str:
    return f"{abs(degrees):.6f}° {positive if degrees >= 0 else negative}"
