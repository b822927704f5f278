"""Networks that were trained on the cubes of a project: files beside it, known by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ValidationError

from hsi_studio.errors import HsiError
from hsi_studio.io.project.file import ProjectFile

NETWORK = "network of cube {}"
"""Key of the value that names a cube's network."""

_DIGITS = 12


class KeptNetwork(BaseModel):
    """A network's file, beside the project, and the hash of its content."""

    file: str
    sha256: str

    @classmethod
    def of(cls, project: Path, content: bytes) -> KeptNetwork:
        """Return what a project would know of a network."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(file=f"{project.stem}.{digest[:_DIGITS]}.safetensors", sha256=digest)

    @classmethod
    def parsed(cls, value: object) -> KeptNetwork | None:
        """Return a stored value; None where there is none, or one that makes no sense here."""
        try:
            return None if value is None else cls.model_validate(value)
        except ValidationError:
            return None

    def beside(self, project: Path) -> Path:
        """Return where its file lies."""
        return project.with_name(Path(self.file).name)

    def read(self, project: Path) -> bytes:
        """Return the content of its file.

        Raises
        ------
        HsiError
            When it is gone, or is not what the project names.
        """
        path = self.beside(project)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise HsiError(
                f"The trained network {path.name} could not be read ({error.strerror or error})",
                "copy it beside the project again, or train anew",
            ) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise HsiError(
                f"{path.name} is not the network that the project was left with",
                "copy the right file beside the project, or train anew",
            )
        return content


def kept_network(file: ProjectFile, number: int) -> KeptNetwork | None:
    """Return the network of a cube of a project."""
    return KeptNetwork.parsed(file.value(NETWORK.format(number)))
