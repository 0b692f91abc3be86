"""What several commands are given: a day, and the file that they write."""

import datetime
import os
import tempfile
from pathlib import Path
from typing import Any

import click

from facilitator import french
from facilitator.refusals import Refused


class FileRefused(Refused):
    """A result cannot be written where it was asked."""


def day(context: click.Context, parameter: click.Parameter, value: Any) -> datetime.date | None:
    """Read a day, French or ISO."""
    if value is None:
        return None
    try:
        return french.parse_date(value)
    except Refused as refused:
        raise click.BadParameter(refused.sentence, context, parameter) from None


def write_file(output: Path, content: bytes) -> None:
    """All of the file or nothing: it is written beside, then takes its name."""
    beside: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=output.parent, prefix=f".{output.name[:40]}.", suffix=".part", delete=False
        ) as file:
            beside = file.name
            file.write(content)
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, output)
    except OSError as error:
        if beside is not None:
            Path(beside).unlink(missing_ok=True)
        raise FileRefused(
            f"Le fichier {output} ne peut pas être écrit ({error.strerror}). Choisissez un autre emplacement."
        ) from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
