"""Paints strokes into projects until it is killed. Imports once and forks for every project.

Each line read names a project. A child process makes it, tells its process id, then the number of every
stroke that the project has kept. The parent tells when the child is gone.
"""

import os
import sys
from pathlib import Path

import numpy as np

from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.core.window import Window
from hsi_studio.io.project import ProjectFile

ROWS, COLS = 300, 520


def stroke(labels: Labels, number: int) -> Edit:
    """Return the stroke of a number, always the same over the same labels."""
    rng = np.random.default_rng(number)
    row, col = int(rng.integers(0, ROWS - 20)), int(rng.integers(0, COLS - 20))
    return Edit(
        f"Stroke {number}", {1: labels.change(Window(row, col, 20, 20), rng.integers(0, 9, (20, 20)))}
    )


def say(text: str) -> None:
    """Print a line at once."""
    os.write(1, f"{text}\n".encode())


def paint(path: Path) -> None:
    """Paint without end."""
    project, labels = ProjectFile.create(path), Labels(ROWS, COLS)
    project.add_cube(ProjectCube(1, "field.hdr", "field", "f" * 32, ROWS, COLS))
    say(f"{os.getpid()}")
    number = 0
    while True:
        number += 1
        edit = stroke(labels, number)
        labels = labels.applied(edit.labels[1])
        project.append(edit)
        say(f"{number}")
        if number % 25 == 0:
            project.checkpoint()


def main() -> None:
    """Paint one project after the other."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            paint(Path(line.strip()))
        os.waitpid(child, 0)
        say("gone")


if __name__ == "__main__":
    main()
