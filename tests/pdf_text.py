"""Reads a PDF as its reader does: `text_of_pdf(bytes)` gives its words, by poppler’s pdftotext."""

import subprocess


def text_of_pdf(content: bytes) -> str:
    """The text of all pages, spaces folded (no-break ones kept as plain spaces)."""
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(made.stdout.decode().split())


def plain(text: str) -> str:
    """The same text with plain spaces, to compare with what a PDF reader gives."""
    return " ".join(text.split())
