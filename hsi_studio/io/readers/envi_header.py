"""Reading the text of an ENVI header.

Keys as described in "ENVI Header Files" of the ENVI documentation (L3Harris Geospatial). Real headers are
written by many programs and by hand, so the reading is lenient wherever the meaning is clear.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.wavelengths import parse_numbers
from hsi_studio.errors import CubeFileError

MAX_HEADER_BYTES = 64 << 20
_PEEK_BYTES = 4096
_SIZE_KEYS = ("samples", "lines", "bands")
_OPENING_BRACE = re.compile(r"\s*\{")
_BRACE = re.compile(r"[{}]")
# Names of bands hold braces, though hardly braces within braces.
_DEEPEST = 2
_NUMBER_GAPS = re.compile(r"[\s,;]+")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class EnviHeader:
    """Fields of a header as text, without braces; keys in lower case with single spaces.

    `comments` holds the ``; key = value`` lines, in which some cameras keep what ENVI has no key for.
    """

    path: Path
    fields: Mapping[str, str]
    comments: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """Return a value, or None when it is absent or empty."""
        return self.fields.get(key) or None

    def items(self, key: str) -> tuple[str, ...]:
        """Return the items of a list; empty when it is absent."""
        text = self.text(key)
        return () if text is None else tuple(item.strip() for item in text.rstrip(" \t\n,").split(","))

    def numbers(self, key: str) -> NDArray[np.float64]:
        """Return the numbers of a list (n,), NaN where an item is none; empty when it is absent."""
        return parse_numbers([word for word in _NUMBER_GAPS.split(self.text(key) or "") if word])

    def number(self, key: str) -> float | None:
        """Return a single number; None when it is absent, NaN when it is none."""
        numbers = self.numbers(key)
        return float(numbers[0]) if numbers.size else None

    def count(self, key: str, default: int | None = None) -> int:
        """Return a whole number that is not negative.

        Raises
        ------
        CubeFileError
            When it is absent without a `default`, or no such number.
        """
        text = self.text(key)
        if text is None and default is not None:
            return default
        if text is None:
            raise self.problem(f"does not say `{key}`", f"add a line `{key} = …`")
        value = _whole(text)
        if value is None:
            raise self.problem(f"says `{key} = {text[:40]}`, which is no whole number", "correct it there")
        return value

    def problem(self, says: str, remedy: str) -> CubeFileError:
        """Return the error for something that this header says."""
        return CubeFileError(f"{self.path.name} {says}", remedy)


def read_header(path: Path) -> EnviHeader:
    """Read and parse a header.

    Raises
    ------
    CubeFileError
        When it is too long to be one, or a list has no closing brace.
    OSError
        When it cannot be read.
    """
    if path.stat().st_size > MAX_HEADER_BYTES:
        raise CubeFileError(
            f"{path.name} is too large for an ENVI header", "choose the .hdr file of the cube"
        )
    raw = path.read_bytes()
    if not raw.strip():
        raise CubeFileError(f"{path.name} is empty", "copy the header again from its source")
    return parse_header(path, decode(raw))


def is_envi_header(path: Path) -> bool:
    """Tell from its first bytes whether a file is an ENVI header.

    One that is empty or may not be read counts as well: opening it then says what is wrong.
    """
    try:
        with path.open("rb") as file:
            text = decode(file.read(_PEEK_BYTES))
    except PermissionError:
        return True
    except OSError:
        return False
    if not text or text.lstrip().upper().startswith("ENVI"):
        return True
    keys = {_key(line.partition("=")[0]) for line in text.splitlines() if "=" in line}
    return keys.issuperset(_SIZE_KEYS)


def decode(raw: bytes) -> str:
    """Return text with plain line ends, from UTF-8, UTF-16 with a byte-order mark, or Latin-1."""
    if raw.startswith(_UTF16):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_header(path: Path, text: str) -> EnviHeader:
    """Parse the text of a header; see `read_header`."""
    lines = text.split("\n")
    comments = [line.lstrip()[1:] for line in lines if line.lstrip().startswith(";")]
    body = "\n".join(line for line in lines if not line.lstrip().startswith(";"))
    pairs = (line.partition("=") for line in comments if "=" in line)
    return EnviHeader(path, dict(_fields(path, body)), {_key(key): value.strip() for key, _, value in pairs})


def _fields(path: Path, body: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(body):
        end = body.find("\n", position)
        end = len(body) if end < 0 else end
        key, equals, value = body[position:end].partition("=")
        position, start = end + 1, position + len(key) + 1
        brace = _OPENING_BRACE.match(body, start) if equals else None
        if brace is not None:  # the value runs over lines, and may begin on the next one
            position = _closing_brace(body, brace.end()) + 1
            if not position:
                raise CubeFileError(
                    f"{path.name} has no closing brace after `{_key(key)}`", "add the } there"
                )
            value = body[brace.end() : position - 1]
        else:
            value = value.partition(";")[0]
        if equals:
            yield _key(key), value.strip()


def _closing_brace(body: str, start: int) -> int:
    """Return where the list that begins at `start` ends: behind the braces inside it if those close."""
    depth = 1
    for brace in _BRACE.finditer(body, start):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.start()
        if depth > _DEEPEST:
            break
    return body.find("}", start)


def _key(text: str) -> str:
    return " ".join(text.replace("_", " ").lower().split())


def _whole(text: str) -> int | None:
    try:
        value = int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return None
    return int(value) if value >= 0 and value == value // 1 and value != float("inf") else None
