"""One module per format that a cube can be written in."""
