"""Opens cubes of a project that were moved, from where the user says, or where a search finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.project_reading import Missing, open_known
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.progress import Progress
from hsi_studio.io.project import find_moved
from hsi_studio.io.project.cube_files import options_of

Found = Sequence[OpenCube | Missing]


class Locator(QObject):
    """Adds the cubes that it finds to the session; the project follows them there."""

    def __init__(self, session: Session, jobs: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self.values: Mapping[str, Any] = {}

    def look_at(self, missing: Missing, path: Path, told: Callable[[Missing | None], object]) -> Job:
        """Open a file that should be a missing cube; `told` gets None, or why it is not that cube."""

        def done(found: OpenCube | Missing) -> None:
            told(next(iter(self._add([found])), None))

        return self._jobs.submit(
            Job(
                f"Open {path.name}",
                lambda progress: open_known(missing.known, path, self.values, progress),
                on_done=done,
            )
        )

    def search(
        self, missing: Sequence[Missing], folder: Path, told: Callable[[tuple[Missing, ...]], object]
    ) -> Job:
        """Search a folder and those within it; `told` gets what is missing still."""

        def work(progress: Progress) -> Found:
            return [self._searched(one, folder, progress) for one in missing]

        return self._jobs.submit(
            Job(f"Search {folder.name}", work, on_done=lambda found: told(self._add(found)))
        )

    def _searched(self, missing: Missing, folder: Path, progress: Progress) -> OpenCube | Missing:
        path = find_moved(folder, missing.known, options_of(missing.known, folder), progress)
        return missing if path is None else open_known(missing.known, path, self.values, progress)

    def _add(self, found: Found) -> tuple[Missing, ...]:
        for one in found:
            if isinstance(one, OpenCube):
                self._session.add(one)
        return tuple(one for one in found if isinstance(one, Missing))
