"""Questions to the user; each is a dialog that emits its answer and leaves the window alive meanwhile."""
