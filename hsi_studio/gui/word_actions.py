"""Actions on the words of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsi_studio.gui.actions import ActionRow

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow


def _has_class(window: MainWindow) -> bool:
    return bool(window.labelling.active)


ROWS = (
    ActionRow(
        "words.describe",
        "Describe the active class",
        lambda w: w.live.words.focus_editor(),
        "T",
        enabled=_has_class,
        hint="Write what it is and how its spectrum behaves; the map follows",
    ),
    ActionRow(
        "words.history",
        "History of the description…",
        lambda w: w.live.words.show_history(),
        enabled=_has_class,
        hint="Every text that the active class has had, and what it changed",
    ),
    ActionRow(
        "words.hold",
        "Hold the description as A",
        lambda w: w.live.words.hold(),
        enabled=lambda w: _has_class(w) and w.live.can_suggest,
        hint="Compare its map with that of what you write next",
    ),
    ActionRow(
        "words.flip",
        "Flip between the maps of A and B",
        lambda w: w.live.words.pair.flip(),
        "X",
        enabled=lambda w: w.live.words.pair.map is not None,
    ),
    ActionRow(
        "words.ask",
        "Ask the scene…",
        lambda w: w.live.words.focus_query(),
        "Q",
        enabled=lambda w: w.live.can_suggest,
        hint="Where does a phrase fit? Its heat map, without making a class",
    ),
    ActionRow(
        "words.controls",
        "Do words matter here?…",
        lambda w: w.live.words.show_controls(),
        enabled=lambda w: w.live.can_suggest,
        hint="Accuracy with real, shuffled and made-up texts, and classes found by words alone",
    ),
)
MENU = tuple(row.key for row in ROWS)
