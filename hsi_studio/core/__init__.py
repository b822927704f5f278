"""Values and pure functions over NumPy arrays; no Qt, no files, no torch."""
