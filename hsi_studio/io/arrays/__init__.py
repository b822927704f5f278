"""Arrays in files: which of them is the cube, which of its axes holds the bands, and lazy sources over it."""
