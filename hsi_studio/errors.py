"""Errors that a user sees: one sentence with the cause and the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class HsiError(Exception):
    """A foreseen failure, told in one sentence.

    Parameters
    ----------
    cause : str
        What is wrong and where, without a final full stop.
    remedy : str
        What the user can do, as an imperative; empty where nothing can be done.
    """

    def __init__(self, cause: str, remedy: str = "") -> None:
        self.cause = cause
        self.remedy = remedy
        super().__init__(f"{cause}; {remedy}." if remedy else f"{cause}.")


class CubeFileError(HsiError):
    """A file that cannot be opened as a cube, library or label raster."""


class ReferencesError(CubeFileError):
    """White or dark references beside a scene that cannot be applied; the scene itself may open without."""


class UsageError(HsiError):
    """A value that the user gave and that cannot be used as it is (exit status 2)."""


@dataclass(frozen=True)
class Choice:
    """One of several answers: the value to pass and a line that tells it apart."""

    value: str
    text: str


class ChoiceNeeded(CubeFileError):
    """A file holds several candidates and only the user can choose.

    `option` names the field of `OpenOptions` that takes the chosen `Choice.value`.
    """

    def __init__(self, cause: str, option: str, choices: Sequence[Choice], flag: str = "") -> None:
        self.option = option
        self.choices = tuple(choices)
        names = ", ".join(choice.value for choice in self.choices[:12])
        flag = flag or f"--{option.replace('_', '-')}"
        super().__init__(cause, f"choose one with {flag}: {names}")

    def by(self, flag: str) -> ChoiceNeeded:
        """Return the same, to be answered by another option of the command line."""
        return ChoiceNeeded(self.cause, self.option, self.choices, flag)


class Cancelled(Exception):
    """The user stopped the work; raised by `Progress.update`, never shown as an error."""


_GPU_FAILURES = ("CUDA error", "cuDNN error", "cuBLAS error")


def foreseen(error: BaseException) -> HsiError | None:
    """Return what to tell of an error that is told in one sentence, a lost GPU's too; None of any other."""
    if isinstance(error, HsiError):
        return error
    first = str(error).partition("\n")[0]
    if not isinstance(error, RuntimeError) or not first.startswith(_GPU_FAILURES):
        return None
    return HsiError(
        f"the GPU failed ({first})", "do it again: the CPU computes while the GPU does not answer"
    )
