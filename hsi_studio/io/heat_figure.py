"""A picture of how well a text fits every pixel, with a bar that tells the colours."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.colormaps import lut
from hsi_studio.io.atomic import atomic_output

_MOST_SIDE = 2000
_MOST_LINES = 3
_LETTERS_PER_INCH = 9
_TAILS = (2.0, 98.0)


def write_heat_figure(path: Path, scores: NDArray[Any], title: str, colormap: str = "inferno") -> None:
    """Draw scores (rows, cols) into a PNG, stretched between their 2nd and 98th percentile.

    Pixels that are not finite stay grey. A long title is cut after three lines. Large scenes are drawn with
    every nth pixel.

    Raises
    ------
    HsiError
        When the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    step = max(1, math.ceil(max(scores.shape) / _MOST_SIDE))
    shown = np.asarray(scores[::step, ::step], np.float32)
    low, high = _limits(shown)
    rows, cols = shown.shape
    width = min(max(7.0 * cols / rows, 3.0), 14.0)
    figure = Figure(figsize=(width + 1.4, 7), dpi=max(120, math.ceil(rows / 6)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor="0.5")
    colors = ListedColormap(lut(colormap) / 255)
    image = axes.imshow(shown, cmap=colors, vmin=low, vmax=high, interpolation="nearest")
    lines = _lines(title, round(_LETTERS_PER_INCH * (width + 1.4)))
    figure.suptitle("\n".join(lines), fontsize="medium", parse_math=False)
    axes.set_axis_off()
    figure.colorbar(image, ax=axes, label="score (higher fits better)", shrink=0.8)
    with atomic_output(path) as temporary:
        figure.savefig(temporary, format="png")


def _lines(title: str, letters: int) -> list[str]:
    """Return a title in a few lines, without what the figure's font has no glyphs for, such as emoji."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    glyphs = get_font(findfont(FontProperties())).get_charmap()
    known = "".join(mark for mark in title if ord(mark) in glyphs or mark.isspace())
    return textwrap.wrap(" ".join(known.split()), letters, max_lines=_MOST_LINES, placeholder=" …")


def _limits(scores: NDArray[np.float32]) -> tuple[float, float]:
    finite = scores[np.isfinite(scores)]
    if not finite.size:
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(finite, _TAILS))
    return (low, high) if high > low else (low - 0.5, high + 0.5)
