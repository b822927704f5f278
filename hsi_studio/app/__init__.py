"""What the window does, without widgets: session, workers, jobs, settings (QtCore only)."""
