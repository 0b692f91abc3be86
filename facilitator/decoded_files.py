"""Bytes of a file that somebody sent, into text or rows: encodings, separators, and what is no text at all."""

import codecs
import csv
import io
import json
from decimal import Decimal, InvalidOperation

from facilitator.refusals import Refused

LARGEST_FILE = 100 * 1024 * 1024
LONGEST_CELL = 1_000_000
SEPARATORS = (",", ";", "\t", "|")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Unreadable(Refused):
    """The bytes are no text, no table or no JSON; its text is the end of a French sentence."""


def text_of(content: bytes) -> str:
    """The text, whatever its encoding: UTF-8, UTF-16 with its mark, else Windows-1252."""
    if len(content) > LARGEST_FILE:
        raise Unreadable("il dépasse 100 Mio")
    if not content.strip():
        raise Unreadable("il est vide")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"\0" in content[:4096]:
        raise Unreadable("c’est un fichier binaire, pas du texte")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a table whose first line names the columns; the separator is found by content."""
    header = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    if not header.count(separator):
        raise Unreadable("ce n’est ni du JSON ni un tableau avec une ligne de titres")
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=separator)
    try:
        titles = [each.strip() for each in next(lines)]
        return [dict(zip(titles, line, strict=False)) for line in lines if any(line)]
    except csv.Error as failure:
        raise Unreadable("ses lignes sont illisibles") from failure


def json_of(text: str) -> object:
    """The JSON document: exact numbers, keys without stray spaces, nothing that Python would choke on."""
    try:
        return json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=Decimal,
            object_pairs_hook=_stripped,
        )
    except (json.JSONDecodeError, RecursionError) as failure:
        raise Unreadable("son JSON est incomplet ou mal formé") from failure


def _number(digits: str) -> Decimal:
    try:
        return Decimal(digits) if len(digits) < 400 else Decimal("NaN")
    except InvalidOperation:  # an exponent that no machine can hold
        return Decimal("NaN")


def _stripped(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Keys such as «nom » without their space; of two alike, the one that holds something."""
    found: dict[str, object] = {}
    for key, value in pairs:
        name = key.strip()
        if name not in found or found[name] in (None, ""):
            found[name] = value
    return found
