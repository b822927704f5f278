"""The figures of the project file, on a short history."""

from pathlib import Path

from hsi_studio.cli.project_figures import project_figures
from hsi_studio.io.project import check_project, summary


def test_every_figure_is_measured_on_a_sound_project(tmp_path: Path) -> None:
    opening, commit, size = project_figures(tmp_path, 40)
    assert [row.unit for row in (opening, commit, size)] == ["s", "ms", "MB"]
    assert all(row.measured > 0 for row in (opening, commit, size))
    assert size.reached
    (file,) = tmp_path.glob("*.hsip")
    assert summary(file).edits == 40 + 300
    assert check_project(file).sound
