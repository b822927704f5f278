"""A figure of means with error bars for reports."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#999933", "#555555")
_TICK_INCHES = 0.85
_MARKERS = "osD^vP*Xd"


@dataclass(frozen=True)
class Curve:
    """Means with deviations over the common x of a panel; NaN where there is none."""

    name: str
    means: Sequence[float]
    deviations: Sequence[float]


def error_bars(
    panels: Sequence[tuple[str, Sequence[Curve]]],
    ticks: Sequence[str],
    *,
    xlabel: str,
    ylabel: str,
    ordered: bool = True,
) -> bytes:
    """Return a PNG of panels side by side, one curve per method.

    Parameters
    ----------
    panels : sequence of (title, curves)
        The same curves in each, in the same order.
    ticks : sequence of str
        What the places along x are.
    ordered : bool
        Whether they follow each other, so that a line may join them.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = max(4.0, _TICK_INCHES * len(ticks))
    figure = Figure(figsize=(2.5 + width * len(panels), 4.8), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    first = None
    for place, (title, curves) in enumerate(panels, 1):
        axes = figure.add_subplot(1, len(panels), place, title=title, xlabel=xlabel, sharey=first)
        first = axes if first is None else first
        axes.set_xticks(range(len(ticks)), ticks)
        for number, curve in enumerate(curves):
            # Curves side by side: bars on one line hide each other.
            shift = (0.06 if ordered else 0.12) * (number + 0.5 - len(curves) / 2)
            axes.errorbar(
                [at + shift for at in range(len(ticks))],
                curve.means,
                yerr=[0 if math.isnan(value) else value for value in curve.deviations],
                label=curve.name,
                color=_COLORS[number % len(_COLORS)],
                marker=_MARKERS[number % len(_MARKERS)],
                markersize=4,
                linestyle="-" if ordered else "none",
                linewidth=1,
                elinewidth=1,
                capsize=2,
            )
        axes.grid(axis="y", alpha=0.3)
    assert first is not None
    first.set_ylabel(ylabel)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize="small", frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
