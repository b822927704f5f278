"""The pages of help, with an index and a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent, QShowEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QTextBrowser, QVBoxLayout, QWidget

from hsi_studio import paths
from hsi_studio.gui.widgets import named

_INDEX_SHARE = 0.35
_LEAST_ROWS = 3


@dataclass(frozen=True)
class Page:
    """One page: file name without ending, title, Markdown text."""

    name: str
    title: str
    text: str


def pages() -> list[Page]:
    """Return the pages in the order of their file names (``01-start.md`` …)."""
    files = sorted(paths.resource("help").glob("*.md"))
    texts = [(file.stem, file.read_text(encoding="utf-8")) for file in files]
    return [Page(stem, text.partition("\n")[0].lstrip("# "), text) for stem, text in texts]


class HelpView(QWidget):
    """Index, search line and the page; pages are read when the panel is first shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(320)
        self.search = named(QLineEdit(), "Search the help")
        self.search.setPlaceholderText("Search the help…")
        self.search.setClearButtonEnabled(True)
        self.index = named(QListWidget(), "Pages")
        self.index.setObjectName("helpIndex")
        self.page = named(_PageView(), "Help page")
        self.page.setOpenLinks(False)
        self.page.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.page.setSearchPaths([str(paths.resource("help"))])
        self.page.anchorClicked.connect(self._follow)
        self.search.textChanged.connect(self._fill)
        self.index.currentItemChanged.connect(self._show_current)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.index)
        column.addWidget(self.page, 1)
        self.setFocusProxy(self.search)
        self._pages: list[Page] = []

    def showEvent(self, event: QShowEvent) -> None:
        if not self._pages:
            self._pages = pages()
            self._fill("")
        super().showEvent(event)

    def show_page(self, name: str) -> None:
        """Show a page by its name."""
        self.search.clear()
        for row in range(self.index.count()):
            if self.index.item(row).data(Qt.ItemDataRole.UserRole).name == name:
                self.index.setCurrentRow(row)

    def _fill(self, text: str) -> None:
        self.index.clear()
        for page in self._pages:
            if text.casefold() in page.text.casefold():
                item = QListWidgetItem(page.title, self.index)
                item.setData(Qt.ItemDataRole.UserRole, page)
        self.index.setCurrentRow(0)
        self._fit_index()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_index()
        if event.size().width() != event.oldSize().width() and self.index.currentItem() is not None:
            place = self.page.verticalScrollBar().value()
            self._show_current(self.index.currentItem())  # its pictures in another size
            self.page.verticalScrollBar().setValue(place)

    def _fit_index(self) -> None:
        """Show all pages at once where that leaves most of the height to the page."""
        row = max(20, self.index.sizeHintForRow(0))
        rows = min(max(1, self.index.count()), max(_LEAST_ROWS, int(self.height() * _INDEX_SHARE) // row))
        self.index.setFixedHeight(rows * row + 4)

    def _show_current(self, item: QListWidgetItem | None) -> None:
        if item is None:
            self.page.setPlainText("No page holds these words.")
            return
        self.page.setMarkdown(item.data(Qt.ItemDataRole.UserRole).text)
        found = self.search.text()
        if found and self.page.find(found, QTextDocument.FindFlag(0)):
            return
        self.page.moveCursor(QTextCursor.MoveOperation.Start)

    def _follow(self, url: QUrl) -> None:
        if url.isRelative():
            self.show_page(url.path().removesuffix(".md"))
        else:
            QDesktopServices.openUrl(url)


class _PageView(QTextBrowser):
    """Shows pictures no wider than itself."""

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        found = super().loadResource(type, name)
        if type != QTextDocument.ResourceType.ImageResource.value:
            return found
        picture = QImage(str(paths.resource("help") / QUrl(name).path()))
        room = self.viewport().width() - 2 * round(self.document().documentMargin())
        if picture.isNull() or picture.width() <= room:
            return found
        return picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
