"""How the current cube is shown: composite, bands, stretch and histogram."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from hsi_studio.app.session import Session
from hsi_studio.gui.view_panel_bands import BandsEditor, SingleBandEditor
from hsi_studio.gui.view_panel_choice import CompositeChoice
from hsi_studio.gui.view_panel_editor import Editor, Note
from hsi_studio.gui.view_panel_histogram import HistogramSection
from hsi_studio.gui.view_panel_index import IndexEditor
from hsi_studio.gui.view_panel_ranges import RangeEditor
from hsi_studio.gui.view_panel_stretch import StretchEditor
from hsi_studio.gui.wheel_guard import WheelGuard
from hsi_studio.gui.widgets import section

_PCA_NOTE = "The three directions of greatest variance, fitted on a sample of the cube."
_TRUE_COLOR_NOTE = "Colours as the eye sees them in daylight. Moving a slider shows three bands instead."


class ViewPanel(QScrollArea):
    """Reads and changes the session's view, and holds no state of its own.

    Parameters
    ----------
    session : Session
        Whose current cube's view is edited.
    index : IndexEditor
    stretch : StretchEditor
        The parts that take longest to build, which the panel takes; of one service.
    """

    failed = Signal(object)
    """An exception to show to the user."""

    def __init__(
        self, session: Session, index: IndexEditor, stretch: StretchEditor, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._service = stretch.service
        self._service.failed.connect(self._on_failure)
        self.choice = CompositeChoice(session)
        self.bands = BandsEditor(session)
        self.single = SingleBandEditor(session)
        self.index = index
        self.ranges = RangeEditor(session)
        self.stretch = stretch
        self.histogram = HistogramSection(session, self._service)
        self._editors: tuple[Editor, ...] = (
            self.choice,
            self.bands,
            Note(session, "TrueColor", _TRUE_COLOR_NOTE),
            self.single,
            Note(session, "PcaComposite", _PCA_NOTE),
            self.index,
            self.ranges,
            self.stretch,
            self.histogram,
        )
        self.choice.index_wanted.connect(self.index.begin)
        self._lay_out()
        session.view_changed.connect(self.refresh)
        session.current_changed.connect(self._on_current)
        self._on_current()

    def refresh(self) -> None:
        """Show the session's view."""
        for editor in self._editors:
            editor.refresh()

    def _on_current(self) -> None:
        self._service.forget()
        for editor in self._editors:
            editor.on_cube()
        self.refresh()

    def _on_failure(self, error: Exception) -> None:
        self.refresh()  # a choice that came to nothing
        self.failed.emit(error)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(section("Composite"))
        for editor in self._editors[:-2]:
            column.addWidget(editor)
        head = QHBoxLayout()
        head.addWidget(section("Stretch"), 1)
        head.addWidget(self.stretch.reset)
        column.addSpacing(4)
        column.addLayout(head)
        column.addWidget(self.stretch)
        column.addWidget(self.histogram)
        column.addStretch(1)
        self.setWidget(content)
        WheelGuard(self).watch(content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
