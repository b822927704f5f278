"""Figures of methods on scenes with a known truth, method beside method on the same labels."""
