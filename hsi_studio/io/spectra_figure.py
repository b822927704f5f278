"""A figure of spectra for reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.classes import Color
from hsi_studio.core.spectra import Spectrum
from hsi_studio.io.atomic import atomic_output


def write_spectra_figure(
    path: Path, axis: BandAxis, spectra: Sequence[Spectrum], colors: Sequence[Color], *, title: str, unit: str
) -> None:
    """Draw each spectrum with a band of ± one standard deviation into a PNG; lines break at gaps.

    Raises
    ------
    HsiError
        When the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(title=title, ylabel=unit)
    axes.set_xlabel("Wavelength (nm)" if axis.has_wavelengths else "Band")
    for spectrum, color in zip(spectra, colors, strict=True):
        rgb = tuple(channel / 255 for channel in color)
        x, mean = axis.line(spectrum.values)
        axes.plot(x, mean, color=rgb, linewidth=1.2, label=spectrum.name)
        if spectrum.std is not None:
            _, std = axis.line(spectrum.std)
            axes.fill_between(x, mean - std, mean + std, color=rgb, alpha=0.12, linewidth=0)
    for low, high in axis.gaps:
        axes.axvspan(low, high, color="0.5", alpha=0.15, linewidth=0)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize="small", frameon=False)
    with atomic_output(path) as temporary:
        figure.savefig(temporary, format="png")
