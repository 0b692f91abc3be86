"""Measurements of Facilitator, as ratios taken in one run: `make bench`. Not part of the package."""
