"""The project file: labels, classes, history and settings in one SQLite file."""

from hsi_studio.io.project.errors import DamagedProjectError, ProjectFileError
from hsi_studio.io.project.file import DescriptionVersion, ProjectFile
from hsi_studio.io.project.summary import Summary, summary

__all__ = [
    "DamagedProjectError",
    "DescriptionVersion",
    "ProjectFile",
    "ProjectFileError",
    "Summary",
    "summary",
]
