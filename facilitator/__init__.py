"""Facilitator: the single window of the French social clause."""

__version__ = "0.1.0"
