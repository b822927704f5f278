"""A figure of means with error bars for reports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hsi_studio.io.atomic import atomic_output

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#999933", "#555555")
_MARKERS = "osD^vP*Xd"


@dataclass(frozen=True)
class Curve:
    """Means with deviations over the common x of a panel; NaN where there is none."""

    name: str
    means: Sequence[float]
    deviations: Sequence[float]


def write_error_bars(
    path: Path,
    panels: Sequence[tuple[str, Sequence[Curve]]],
    ticks: Sequence[str],
    *,
    xlabel: str,
    ylabel: str,
) -> None:
    """Draw panels side by side, one curve per method, into a PNG.

    Parameters
    ----------
    panels : sequence of (title, curves)
        The same curves in each, in the same order.
    ticks : sequence of str
        What the places along x are.

    Raises
    ------
    HsiError
        When the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.5 + 4 * len(panels), 4.8), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    first = None
    for place, (title, curves) in enumerate(panels, 1):
        axes = figure.add_subplot(1, len(panels), place, title=title, xlabel=xlabel, sharey=first)
        first = axes if first is None else first
        axes.set_xticks(range(len(ticks)), ticks)
        for number, curve in enumerate(curves):
            # Curves side by side: bars on one line hide each other.
            shift = 0.06 * (number + 0.5 - len(curves) / 2)
            axes.errorbar(
                [at + shift for at in range(len(ticks))],
                curve.means,
                yerr=[0 if math.isnan(value) else value for value in curve.deviations],
                label=curve.name,
                color=_COLORS[number % len(_COLORS)],
                marker=_MARKERS[number % len(_MARKERS)],
                markersize=4,
                linewidth=1,
                capsize=2,
            )
        axes.grid(axis="y", alpha=0.3)
    assert first is not None
    first.set_ylabel(ylabel)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize="small", frameon=False)
    with atomic_output(path) as temporary:
        figure.savefig(temporary, format="png")
