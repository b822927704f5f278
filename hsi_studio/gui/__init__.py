"""Widgets: main window, canvas, spectrum plot, panels and dialogs."""
