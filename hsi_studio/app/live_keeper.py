"""Keeps in the project what the live map is made of, so that it is the same when opened again."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError
from PySide6.QtCore import QObject

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_options import Sureness
from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.app.project_loading import LoadedProject
from hsi_studio.app.project_session import ProjectSession
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.project.settings import ENCODER, LIVE
from hsi_studio.live.map_requests import EngineName
from hsi_studio.live.text_service import EncoderChoice

_Stored = TypeVar("_Stored", bound=BaseModel)


class _Encoder(BaseModel):
    name: str
    pooling: Literal["mean", "label-phrase"]


class _Options(BaseModel):
    smooth: bool = True
    words_alone: bool = False
    engine: EngineName = "both"
    sureness: Sureness = "confidence"
    reject: float = Field(0.0, ge=0, le=1)


class LiveKeeper(QObject):
    """Stores encoder and options of the live map, and brings them back with a project."""

    def __init__(
        self,
        project: ProjectSession,
        labelling: Labelling,
        texts: LiveTexts,
        follower: MapFollower,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project, self._labelling = project, labelling
        self._texts, self._follower = texts, follower
        self._encoder = texts.encoder
        self._stored: dict[str, Any] = {}
        project.changed.connect(self._stored.clear)
        project.opened.connect(self._restore)
        labelling.project_changed.connect(self._on_project)
        texts.encoder_changed.connect(self._on_encoder)
        # After the project's own, which begin a file with the first edit.
        for signal in (
            labelling.committed, labelling.undone, labelling.redone,
            texts.changed, follower.shown_changed, follower.options_changed,
        ):  # fmt: skip
            signal.connect(self._keep)

    def _on_project(self) -> None:
        self._encoder = self._texts.encoder

    def _on_encoder(self, encoder: EncoderChoice) -> None:
        self._encoder = encoder
        self._keep()

    def _keep(self) -> None:
        writer = self._project.writer
        if writer is None or self._labelling.refusal:
            return
        for key, value in self._values().items():
            if self._stored.get(key) != value:
                self._stored[key] = value
                writer.write(partial(ProjectFile.set_value, key=key, value=value))

    def _values(self) -> dict[str, Any]:
        options = asdict(self._follower.options)
        del options["live"]
        # An encoder that is not to be had here stays the project's until another one is chosen.
        encoder = {"name": self._encoder.name, "pooling": self._encoder.pooling}
        return {ENCODER: encoder, LIVE: options}

    def _restore(self, loaded: LoadedProject) -> None:
        self._stored = {key: loaded.read.values.get(key) for key in (ENCODER, LIVE)}
        encoder = _read(_Encoder, self._stored[ENCODER])
        if encoder is not None:
            self._encoder = _choice(encoder)
            self._texts.set_encoder(self._encoder)
        options = _read(_Options, self._stored[LIVE])
        if options is not None:
            self._follower.set_options(**options.model_dump())


def _choice(stored: _Encoder) -> EncoderChoice:
    return EncoderChoice(stored.name, stored.pooling)


def _read(kind: type[_Stored], stored: Any) -> _Stored | None:
    """Return a stored value; None where there is none, or one that makes no sense here."""
    try:
        return None if stored is None else kind.model_validate(stored)
    except ValidationError:
        return None
