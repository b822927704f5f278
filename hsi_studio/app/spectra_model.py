"""The spectra that the plot shows: under the cursor, inspected, collected, averaged over regions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from hsi_studio.app.session import Session
from hsi_studio.app.spectrum_service import HOVER, Curve, Measured, Pixel, Place, SpectrumService
from hsi_studio.core.classes import ClassRaster, Color
from hsi_studio.core.cube import Cube
from hsi_studio.core.palette import PALETTE, free_colors
from hsi_studio.core.region import Rectangle, Region
from hsi_studio.core.spectra import Spectrum, transforms_for

INSPECTED_COLOR: Color = (255, 255, 255)


def _stands_out(color: Color) -> bool:
    """Tell whether a line of this colour is seen on both a dark and a light ground."""
    red, green, blue = color
    return 90 < 0.299 * red + 0.587 * green + 0.114 * blue < 195


COLORS = tuple(color for color in PALETTE if _stands_out(color))
"""Colours of collected spectra, in order of use, where no classes have any."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A spectrum that stays on the plot: collected, or of the pixel inspected last (one per cube).

    `spectrum` holds stored values and is None while it is being read (`fraction` tells how far); `curve` is
    None besides where the chosen transform does not apply.
    """

    key: int
    name: str
    color: Color
    place: Place
    inspected: bool = False
    visible: bool = True
    fraction: float = 0.0
    spectrum: Spectrum | None = None
    curve: Curve | None = None


class SpectraModel(QObject):
    """Spectra of every open cube, and the transform they are shown in.

    Connect the canvas to it signal by signal: `hovered` → `hover`, `left` → `leave`, `picked` → `pick`,
    `region_drawn` → `add_region`; and back: `markers_changed` → `set_markers`, `regions_changed` →
    `set_regions`.
    """

    hover_changed = Signal(object)
    """`Curve` under the cursor, or None."""
    changed = Signal()
    """Entries or their curves, or the transform."""
    markers_changed = Signal(object)
    """List of (row, col, colour) to mark on the image."""
    regions_changed = Signal(object)
    """List of (region, colour) to outline on the image."""
    saved = Signal(object, int)
    """(path, number of spectra) written by `save`."""
    failed = Signal(object)
    """An exception to show to the user."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._entries: dict[Cube, tuple[Entry, ...]] = {}
        self._kinds: dict[Cube, str] = {}
        self._keys = count()
        self._hover_fails = False
        self._class_colors: Callable[[], Iterable[Color]] = tuple
        self._service = SpectrumService(self)
        self._service.hovered.connect(self._on_hovered)
        self._service.measured.connect(self._on_measured)
        self._service.progressed.connect(self._on_progress)
        self._service.transformed.connect(self._on_transformed)
        self._service.saved.connect(self.saved)
        self._service.failed.connect(self._on_failure)
        session.cubes_changed.connect(self._forget_closed)
        session.current_changed.connect(self._on_current)

    def keep_off(self, class_colors: Callable[[], Iterable[Color]]) -> None:
        """Take colours for spectra that are not among these, nor those of class layers on the image."""
        self._class_colors = class_colors

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Spectra of the current cube, in order of collection; the inspected pixel first."""
        return () if self._session.cube is None else self._entries.get(self._session.cube, ())

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The visible entries with a curve."""
        return tuple(entry for entry in self.entries if entry.visible and entry.curve is not None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Transforms that tell something about the current cube."""
        return () if self._session.cube is None else transforms_for(self._session.cube, with_std=True)

    @property
    def kind(self) -> str:
        """The transform in use: at first physical values where the cube has a scale."""
        default = "Reflectance" if "Reflectance" in self.kinds else "Values"
        return default if self._session.cube is None else self._kinds.get(self._session.cube, default)

    def hover(self, row: int, col: int) -> None:
        """Show the pixel under the cursor."""
        if self._session.cube is not None:
            self._service.hover(self._session.cube, Pixel(row, col), self.kind)

    def leave(self) -> None:
        """Show no pixel under the cursor."""
        self._service.leave()
        self.hover_changed.emit(None)

    def pick(self, row: int, col: int, collect: bool) -> None:
        """Inspect a pixel in place of the last one, or collect it."""
        pixel, name = Pixel(row, col), f"Pixel {row}, {col}"
        if not collect:
            self._drop([entry.key for entry in self.entries if entry.inspected])
            self._add(Entry(next(self._keys), name, INSPECTED_COLOR, pixel, inspected=True))
        elif not any(entry.place == pixel and not entry.inspected for entry in self.entries):
            self._add(Entry(next(self._keys), name, self._free_color(), pixel))

    def add_region(self, region: Region) -> None:
        """Average the pixels of a region."""
        shape = "Rectangle" if isinstance(region, Rectangle) else "Polygon"
        taken = {entry.name for entry in self.entries}
        name = next(name for n in count(1) if (name := f"{shape} {n}") not in taken)
        self._add(Entry(next(self._keys), name, self._free_color(), region))

    def set_kind(self, kind: str) -> None:
        """Show the current cube's spectra in another transform of `kinds`."""
        if self._session.cube is not None and kind != self.kind:
            self._kinds[self._session.cube] = kind
            self._refresh()

    def rename(self, key: int, name: str) -> None:
        """Give an entry another name; blank ones are ignored."""
        if name.strip():
            self._change(key, name=name.strip())
            self._tell()

    def set_visible(self, key: int, visible: bool) -> None:
        """Show or hide an entry's curve and its mark on the image."""
        self._change(key, visible=visible)
        self._tell()

    def remove(self, key: int) -> None:
        """Drop an entry; one that is being read is no longer read."""
        self._drop([key])
        self._tell()

    def clear(self) -> None:
        """Drop all entries of the current cube."""
        self._drop([entry.key for entry in self.entries])
        self._tell()

    def exported(self) -> tuple[Spectrum, ...]:
        """Return the spectra shown, as they are shown, under the names of the legend."""
        return tuple(
            replace(entry.spectrum, name=entry.name, values=entry.curve.values, std=entry.curve.std)
            for entry in self.shown
            if entry.spectrum is not None and entry.curve is not None
        )

    def save(self, path: Path) -> None:
        """Write the spectra shown as an ENVI spectral library (.sli), else as CSV; `saved` follows."""
        if self._session.cube is not None and self.shown:
            self._service.save(path, self.exported(), self._session.cube)

    def table_text(self) -> str:
        """Return the spectra shown as tab-separated text for the clipboard."""
        if self._session.cube is None or not self.shown:
            return ""
        from hsi_studio.io.spectra_export import table_text

        return table_text(self.exported(), self._session.cube.wavelengths_nm)

    def stop(self) -> None:
        """Stop the threads, before the application ends."""
        self._service.stop()

    def _add(self, entry: Entry) -> None:
        cube = self._session.cube
        if cube is not None:
            at_front = entry.inspected
            self._entries[cube] = (entry, *self.entries) if at_front else (*self.entries, entry)
            self._service.measure(entry.key, cube, entry.place, self.kind)
            self._tell()

    def _drop(self, keys: Collection[int]) -> None:
        for key in keys:
            self._service.cancel(key)
        for cube, entries in self._entries.items():
            self._entries[cube] = tuple(entry for entry in entries if entry.key not in keys)

    def _free_color(self) -> Color:
        classes = {*self._class_colors(), *self._layer_colors()}
        used = (*classes, *(entry.color for entry in self.entries))
        colors = free_colors(used, first=() if classes else COLORS)
        return next(color for color in colors if _stands_out(color))

    def _layer_colors(self) -> Iterator[Color]:
        layers = () if self._session.current is None else self._session.current.layers
        rasters = (layer.raster for layer in layers)
        return (one.color for raster in rasters if isinstance(raster, ClassRaster) for one in raster.classes)

    def _change(self, key: int, **changes: Any) -> None:
        # Answers may be about a cube that is no longer the current one.
        for cube, entries in self._entries.items():
            self._entries[cube] = tuple(
                replace(entry, **changes) if entry.key == key else entry for entry in entries
            )

    def _refresh(self) -> None:
        """Transform the current cube's spectra again; the plot follows when they are ready."""
        known = {entry.key: entry.spectrum for entry in self.entries if entry.spectrum is not None}
        if self._session.cube is not None:
            self._service.transform(self._session.cube, known, self.kind)

    def _tell(self) -> None:
        self.changed.emit()
        seen = [entry for entry in self.entries if entry.visible]
        pixels = [(e.place, e.color) for e in seen if isinstance(e.place, Pixel)]
        self.markers_changed.emit([(place.row, place.col, color) for place, color in pixels])
        self.regions_changed.emit([(e.place, e.color) for e in seen if not isinstance(e.place, Pixel)])

    def _on_hovered(self, answer: Measured) -> None:
        self._hover_fails = False
        self.hover_changed.emit(answer.curve)

    def _on_measured(self, key: int, answer: Measured) -> None:
        self._change(key, spectrum=answer.spectrum, curve=answer.curve, fraction=1.0)
        self._tell()
        if answer.kind != self.kind and any(entry.key == key for entry in self.entries):
            self._refresh()  # the transform was changed while a region was being read

    def _on_progress(self, key: int, fraction: float) -> None:
        self._change(key, fraction=fraction)
        self.changed.emit()

    def _on_transformed(self, curves: dict[int, Curve | None]) -> None:
        for key, curve in curves.items():
            self._change(key, curve=curve)
        self.changed.emit()

    def _on_failure(self, what: object, error: Exception) -> None:
        if isinstance(what, int):
            self.remove(what)
        elif what == HOVER:
            self.hover_changed.emit(None)
            if self._hover_fails:
                return  # told once is enough: the cursor moves on over the same broken file
            self._hover_fails = True
        self.failed.emit(error)

    def _on_current(self) -> None:
        self.leave()
        self._tell()

    def _forget_closed(self) -> None:
        still_open = [opened.cube for opened in self._session.cubes]
        for cube in [cube for cube in self._entries if cube not in still_open]:
            for entry in self._entries.pop(cube):
                self._service.cancel(entry.key)
            self._kinds.pop(cube, None)
