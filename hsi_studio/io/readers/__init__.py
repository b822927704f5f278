"""One module per format that a cube can be read from, and what belongs to a single format."""
