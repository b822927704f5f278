"""What the parts of the view panel have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hsi_studio.app.session import OpenCube, Session
from hsi_studio.app.view_edit import with_composite
from hsi_studio.core.view import Composite
from hsi_studio.gui.widgets import muted


class Editor(QWidget):
    """A part of the panel that shows one aspect of the session's view and changes it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    @property
    def opened(self) -> OpenCube | None:
        """The current cube with its view."""
        return self.session.current

    @property
    def composite(self) -> Composite | None:
        """The current composite."""
        return None if self.opened is None else self.opened.view.composite

    def set_composite(self, composite: Composite) -> None:
        """Show another composite."""
        if self.opened is not None:
            self.session.set_view(with_composite(self.opened.view, composite))

    def on_cube(self) -> None:
        """Start anew with another cube, or none."""

    def refresh(self) -> None:
        """Show the session's view without changing it."""


class Note(Editor):
    """A sentence that stands while a composite of one kind is shown.

    Parameters
    ----------
    kind : str
        Name of the composite's class.
    """

    def __init__(self, session: Session, kind: str, text: str) -> None:
        super().__init__(session)
        self._kind = kind
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(muted(text))

    def refresh(self) -> None:
        self.setVisible(type(self.composite).__name__ == self._kind)
