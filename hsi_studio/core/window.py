"""A rectangle of pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Window:
    """Half-open rectangle: `rows` × `cols` pixels whose first is (`row`, `col`)."""

    row: int
    col: int
    rows: int
    cols: int

    @classmethod
    def full(cls, rows: int, cols: int) -> Window:
        """Return the window of a whole image."""
        return cls(0, 0, rows, cols)

    @property
    def size(self) -> int:
        """Number of pixels."""
        return self.rows * self.cols

    @property
    def row_stop(self) -> int:
        """Row after the last."""
        return self.row + self.rows

    @property
    def col_stop(self) -> int:
        """Column after the last."""
        return self.col + self.cols

    def slices(self, step: int = 1) -> tuple[slice, slice]:
        """Return the (rows, cols) slices, taking every `step`-th pixel from the first."""
        return slice(self.row, self.row_stop, step), slice(self.col, self.col_stop, step)

    def shape(self, step: int = 1) -> tuple[int, int]:
        """Return the (rows, cols) of a read with `step`."""
        return -(-self.rows // step), -(-self.cols // step)

    def clipped(self, rows: int, cols: int) -> Window:
        """Return the part inside an image of `rows` × `cols` (possibly empty)."""
        row, col = min(max(self.row, 0), rows), min(max(self.col, 0), cols)
        return Window(
            row, col, max(0, min(self.row_stop, rows) - row), max(0, min(self.col_stop, cols) - col)
        )

    def contains(self, other: Window) -> bool:
        """Tell whether `other` lies inside this window."""
        return (
            self.row <= other.row
            and self.col <= other.col
            and other.row_stop <= self.row_stop
            and other.col_stop <= self.col_stop
        )

    def common(self, other: Window) -> Window:
        """Return the part that both windows share (possibly empty)."""
        row, col = max(self.row, other.row), max(self.col, other.col)
        rows, cols = min(self.row_stop, other.row_stop) - row, min(self.col_stop, other.col_stop) - col
        return Window(row, col, max(0, rows), max(0, cols))
