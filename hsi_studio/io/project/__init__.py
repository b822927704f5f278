"""The project file: labels, classes, history and settings in one SQLite file."""

from hsi_studio.io.project.check import CheckReport, check_project
from hsi_studio.io.project.descriptions import DescriptionVersion
from hsi_studio.io.project.errors import DamagedProjectError, ProjectFileError
from hsi_studio.io.project.file import ProjectFile
from hsi_studio.io.project.lock import InUseError
from hsi_studio.io.project.places import find_moved, require_same_image
from hsi_studio.io.project.recover import RecoveryReport, recover_project
from hsi_studio.io.project.summary import Summary, summary

__all__ = [
    "CheckReport",
    "DamagedProjectError",
    "DescriptionVersion",
    "InUseError",
    "ProjectFile",
    "ProjectFileError",
    "RecoveryReport",
    "Summary",
    "check_project",
    "find_moved",
    "recover_project",
    "require_same_image",
    "summary",
]
