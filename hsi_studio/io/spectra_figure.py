"""A figure of spectra for reports."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.classes import Color
from hsi_studio.core.spectra import Spectrum
from hsi_studio.io.atomic import atomic_output

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def write_spectra_figure(
    path: Path, axis: BandAxis, spectra: Sequence[Spectrum], colors: Sequence[Color], *, title: str, unit: str
) -> None:
    """Draw each spectrum with a band of ± one standard deviation into a PNG; lines break at gaps.

    Raises
    ------
    HsiError
        When the file cannot be written.
    """
    names = [spectrum.name for spectrum in spectra]
    with atomic_output(path) as temporary:
        temporary.write_bytes(spectra_figure(axis, spectra, colors, title=title, unit=unit, names=names))


def spectra_figure(
    axis: BandAxis,
    spectra: Sequence[Spectrum],
    colors: Sequence[Color],
    *,
    unit: str,
    title: str = "",
    names: Sequence[str] = (),
) -> bytes:
    """Return the content of a PNG of spectra as in `write_spectra_figure`; no legend without names."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.5 if names else 4), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(title=title, ylabel=unit)
    axes.set_xlabel("Wavelength (nm)" if axis.has_wavelengths else "Band")
    for spectrum, color in zip(spectra, colors, strict=True):
        _draw(axes, axis, spectrum, color)
    for low, high in axis.gaps:
        axes.axvspan(low, high, color="0.5", alpha=0.15, linewidth=0)
    if names:
        axes.legend(
            axes.lines, names, loc="upper left", bbox_to_anchor=(1, 1), fontsize="small", frameon=False
        )
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _draw(axes: Axes, axis: BandAxis, spectrum: Spectrum, color: Color) -> None:
    rgb = tuple(channel / 255 for channel in color)
    x, mean = axis.line(spectrum.values)
    axes.plot(x, mean, color=rgb, linewidth=1.2)
    if spectrum.std is not None:
        _, std = axis.line(spectrum.std)
        axes.fill_between(x, mean - std, mean + std, color=rgb, alpha=0.12, linewidth=0)
