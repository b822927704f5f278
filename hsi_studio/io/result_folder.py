"""What a benchmark leaves in a folder."""

from __future__ import annotations

from pathlib import Path

from hsi_studio.io.atomic import atomic_outputs


def write_results(folder: Path, table: str, text: str, figure: bytes) -> list[Path]:
    """Write results.csv, tables.md and figure.png, all of them or none, and return their paths.

    Raises
    ------
    HsiError
        When one cannot be written.
    """
    files = [folder / name for name in ("results.csv", "tables.md", "figure.png")]
    with atomic_outputs(*files) as temporary:
        for path, content in zip(temporary, (table.encode(), text.encode(), figure), strict=True):
            path.write_bytes(content)
    return files
