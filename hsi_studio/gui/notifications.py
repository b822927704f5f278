"""Toasts: short messages over the window that never take the focus, and what stands behind them."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.errors import foreseen
from hsi_studio.gui.theme import Theme
from hsi_studio.gui.widgets import flat_button, named, quiet_button

log = logging.getLogger(__name__)
_SHOWN_MS = 8000
_WIDTH = 400
_MARGIN = 12
_MOST, _MOST_ERRORS = 4, 8

Offer = tuple[str, Callable[[], object]]


class Toast(QFrame):
    """One message; good news and remarks go by themselves, errors stay until they are dismissed."""

    dismissed = Signal()

    def __init__(self, parent: QWidget, text: str, level: str, details: str = "") -> None:
        super().__init__(parent)
        self.text, self.level = text, level
        self.details = details
        self.setAccessibleName(text)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        color = getattr(Theme.current(), level)
        self.setStyleSheet(
            f"Toast {{ background: palette(button); border: 1px solid palette(mid); border-radius: 6px;"
            f" border-left: 3px solid {color}; }}"
        )
        self._row = QHBoxLayout(self)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self.dismiss)
        self._lay_out()
        if level != "bad":
            self._timer.start()

    def offer(self, text: str, run: Callable[[], object]) -> None:
        """Add a button that does something about the message, and takes it away."""
        button = flat_button(text)
        button.clicked.connect(self.dismiss)
        button.clicked.connect(lambda _checked: run())
        self._row.insertWidget(1, button)

    def _lay_out(self) -> None:
        label = QLabel(self.text)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setTextFormat(Qt.TextFormat.PlainText)
        row = self._row
        row.setContentsMargins(_MARGIN, 8, 8, 8)
        row.addWidget(label, 1)
        if self.details:
            more = flat_button("Details")
            more.clicked.connect(self.show_details)
            row.addWidget(more)
        close = quiet_button("x", "Dismiss the message")
        close.clicked.connect(self.dismiss)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def show_details(self) -> None:
        """Show what stands behind the message, in a window."""
        DetailsDialog(self.window(), self.text, self.details).open()

    def dismiss(self) -> None:
        """Take the message away."""
        if self.isHidden():
            return
        self.hide()
        self.dismissed.emit()
        self.deleteLater()


class Toaster(QObject):
    """Stacks toasts in the lower right corner of a widget."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._toasts: list[Toast] = []
        over.installEventFilter(self)

    def tell(self, text: str, level: str = "accent", details: str = "", offer: Offer | None = None) -> Toast:
        """Show a message.

        Parameters
        ----------
        text : str
            One or two sentences.
        level : {"accent", "good", "warning", "bad"}
            Colour of the message; ``bad`` stays until it is dismissed.
        details : str
            Longer text behind a button.
        offer : (str, callable), optional
            A button that does something about the message.
        """
        toast = Toast(self._over, text, level, details)
        if offer is not None:
            toast.offer(*offer)
        toast.dismissed.connect(lambda: self._forget(toast))
        self._toasts.append(toast)
        self._make_room()
        toast.show()
        self._arrange()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(toast, text))
        return toast

    def tell_error(self, what: str, error: BaseException) -> Toast:
        """Show a failure: the sentence of a foreseen one, or a general one with the traceback behind it."""
        log.debug("%s", what, exc_info=error)
        known = foreseen(error)
        if known is not None:
            return self.tell(as_sentence(str(known)), "bad")
        reason = f"{type(error).__name__}: {error}".strip(": ")
        text = f"{what} failed for a reason that hsi_studio did not foresee ({reason})."
        return self.tell(text, "bad", "".join(traceback.format_exception(error)))

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """The messages on screen, oldest first."""
        return tuple(self._toasts)

    def _make_room(self) -> None:
        """Take the oldest remarks away; errors stay to be read as long as there is a place for them."""
        spare = len(self._toasts) - _MOST
        remarks = [old for old in self._toasts[:-1] if old.level != "bad"]
        for old in remarks[: max(0, spare)]:
            old.dismiss()
        for old in self._toasts[:-_MOST_ERRORS]:
            old.dismiss()

    def _forget(self, toast: Toast) -> None:
        self._toasts.remove(toast)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        bottom = self._over.height() - _MARGIN
        for toast in reversed(self._toasts):
            width = min(_WIDTH, self._over.width() - 2 * _MARGIN)
            height = max(toast.heightForWidth(width), toast.minimumSizeHint().height())
            bottom -= height
            toast.setGeometry(self._over.width() - width - _MARGIN, bottom, width, height)
            toast.raise_()
            bottom -= 8


def as_sentence(text: str) -> str:
    """Return a message as it stands in a window: a capital first, unless a file's name is first."""
    text = text.replace("`", "")  # which mark what is typed on a command line
    return text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text


class DetailsDialog(QDialog):
    """Text to read and copy."""

    def __init__(self, parent: QWidget, heading: str, text: str, title: str = "Details") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 440)
        view = named(QPlainTextEdit(text), title)
        view.setReadOnly(True)
        view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        label = QLabel(heading)
        label.setWordWrap(True)
        column.addWidget(label)
        column.addWidget(view)
        column.addWidget(buttons)


def tell_unhandled(toaster: Toaster) -> None:
    """From now on show exceptions that nothing caught as toasts with the traceback behind a button."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("Unhandled exception", exc_info=(kind, error, trace))
        toaster.tell_error("The last step", error)

    sys.excepthook = hook
