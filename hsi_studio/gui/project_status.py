"""What the window says about the project: in the title, the status bar, a banner and the start page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from hsi_studio.app.kept import KeptState
from hsi_studio.app.scratch import Scratch, Scratches
from hsi_studio.gui.dialogs.base import Question

if TYPE_CHECKING:
    from hsi_studio.gui.main_window import MainWindow

_HISTORY = ("edit.undo", "edit.redo")


class ProjectStatus(QObject):
    """Ties the project to what shows it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._project, self._labelling = window.project, window.labelling
        self._told = KeptState()
        self.scratches = Scratches(self)
        self._offered: set[Scratch] = set()
        label = window.status.kept
        self._labelling.kept_changed.connect(label.show_kept)
        self._labelling.kept_changed.connect(self._show_banner)
        label.shown.connect(self._on_told)
        self._project.changed.connect(self._on_project)
        self._labelling.history_changed.connect(self._refresh_history)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._refresh_history)
        window.session.current_changed.connect(self._offer)
        self.scratches.changed.connect(self._on_found)
        window.start_page.unsaved.chosen.connect(self._go_on)
        window.start_page.unsaved.discarded.connect(self._ask_to_discard)
        self.scratches.look()

    def stop(self) -> None:
        """End the thread."""
        self.scratches.stop()

    def show_title(self) -> None:
        """Name the current cube and the project in the window's title."""
        cube = self._window.session.cube
        parts = [] if cube is None else [cube.name]
        if self._project.path is not None:
            name = "unnamed project" if self._project.is_unnamed else self._project.path.name
            parts.append(f"{name} ({self._window.status.kept.text()})")
        self._window.setWindowTitle(" — ".join((*parts, "hsi_studio")))
        self._window.status.kept.setVisible(self._project.path is not None)

    def _on_project(self) -> None:
        self._window.commands.refresh(("project.save",))
        self.show_title()

    def _on_told(self, kept: KeptState) -> None:
        if kept.refusal != self._told.refusal:
            self._window.commands.refresh()
        self._told = kept
        self.show_title()

    def _show_banner(self, kept: KeptState) -> None:
        banner, projects = self._window.banner, self._window.projects
        if kept.status == "failed":
            text = f"Your changes are not being saved: {kept.reason} They wait in memory until then."
            offers = (("Try again", self._project.retry), ("Save a copy…", projects.save_as))
            banner.tell(text, "bad", offers)
        elif kept.status == "read-only":
            banner.tell(kept.reason, "warning", (("Save as…", projects.save_as),))
        elif kept.status == "kept":
            banner.hide()

    def _refresh_history(self) -> None:
        self._window.commands.refresh(_HISTORY)

    # Unsaved labelling of earlier sessions

    def _on_found(self) -> None:
        self._window.start_page.unsaved.show_found(self.scratches.found)
        self._offer()

    def _offer(self) -> None:
        """Offer the unsaved labelling of the cube that was just opened, once."""
        cube = self._window.session.cube
        if cube is None or self._project.path is not None:
            return
        for scratch in self.scratches.found:
            known = {one.fingerprint for one in scratch.cubes}
            if cube.fingerprint in known and scratch not in self._offered:
                self._offered.add(scratch)
                text = f"There is unsaved labelling of {scratch.subject}: {scratch.said_now()}."
                self._window.toaster.tell(text, offer=("Continue", partial(self._go_on, scratch)))
                return

    def _go_on(self, scratch: Scratch) -> None:
        self._window.projects.open_path(scratch.path)

    def _ask_to_discard(self, scratch: Scratch) -> None:
        text = f"Discard the unsaved labelling of {scratch.subject} ({scratch.said_now()})? It is gone then."
        question = Question(self._window, "Discard unsaved labelling", text, "Discard")
        question.accepted.connect(lambda: self.scratches.discard(scratch.path))
        question.open()
