"""French figures and dates: how they are shown, and how typed ones are read."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from facilitator.refusals import Refused

NBSP = "\u00a0"
THIN = "\u202f"
NOTHING = "–"
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
SHORT_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avril",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)

_NUMBER = re.compile(
    rf"(?P<sign>[-−]?)(?P<whole>[0-9]+|[0-9]{{1,3}}(?:[ {NBSP}{THIN}][0-9]{{3}})+)"
    r"(?:[.,](?P<cents>[0-9]+))?"
)
# Where a text breaks its line: all that `str.splitlines` says, and the tab of a pasted cell.
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_LARGEST = Decimal("999999999.99")


class FigureRefused(Refused):
    """A figure or a date typed in that cannot be read."""


def number(value: Decimal | int | None, places: int | None = None) -> str:
    """Show a number, half-up to `places` decimals (None: as many as it has, at most two)."""
    if value is None:
        return NOTHING
    exact = Decimal(value)
    if places is None:
        places = 0 if exact == exact.to_integral_value() else 2
    shown = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(shown):,.{places}f}".replace(",", THIN).replace(".", ",")
    return f"−{text}" if shown < 0 else text


def hours(value: Decimal | None) -> str:
    """Show hours with two decimals: 1 234,50 h."""
    return NOTHING if value is None else f"{number(value, 2)}{NBSP}h"


def percent(value: Decimal | int | None, places: int = 2) -> str:
    """Show a percent given out of 100, half-up: 44,57 %."""
    return NOTHING if value is None else f"{number(value, places)}{NBSP}%"


def euros(value: Decimal | None) -> str:
    """Show an amount with its cents: 19 206,25 €."""
    return NOTHING if value is None else f"{number(value, 2)}{NBSP}€"


def date(day: datetime.date | None) -> str:
    """Show a day in full: 12 mars 2026 (1er for the first)."""
    if day is None:
        return NOTHING
    first = "1er" if day.day == 1 else str(day.day)
    return f"{first}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def short_date(day: datetime.date | None) -> str:
    """Show a day in figures: 12/03/2026."""
    return NOTHING if day is None else f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def month(day: datetime.date | None) -> str:
    """Show the month of a day: octobre 2026."""
    return NOTHING if day is None else f"{MONTHS[day.month - 1]}{NBSP}{day.year}"


def of_month(day: datetime.date) -> str:
    """Say of which month: de mars 2026, d’octobre 2026."""
    shown = month(day)
    return f"d’{shown}" if shown[0] in "ao" else f"de {shown}"


def short_month(day: datetime.date) -> str:
    """Show the month of a day where its year is plain: oct."""
    return SHORT_MONTHS[day.month - 1]


def month_input(day: datetime.date | None) -> str:
    """Write the month of a day as a month field wants it: 2026-10."""
    return "" if day is None else f"{day.year:04d}-{day.month:02d}"


def one_line(text: str) -> str:
    """A text without line breaks, as a name or the subject of a letter is; its no-break spaces stay."""
    parts = (part.strip(" ") for part in _BREAKS.split(text))
    return " ".join(part for part in parts if part)


def plural(count: int, singular: str, several: str | None = None) -> str:
    """Show a count with its word, singular below two: 0 contrat, 1 contrat, 2 contrats."""
    word = singular if abs(count) < 2 else several or f"{singular}s"
    return f"{number(count)}{NBSP}{word}"


def of(name: str) -> str:
    """Write «de» before a name: de Camille, d’Ange, d’Élise."""
    first = unicodedata.normalize("NFD", name[:1]).lower()[:1]
    return f"d’{name}" if first and first in "aeiou" else f"de {name}"


def since(days: int) -> str:
    """Say for how many days something has waited: depuis aujourd’hui, depuis 1 jour, depuis 12 jours."""
    return "depuis aujourd’hui" if days < 1 else f"depuis {plural(days, 'jour')}"


def duration(minutes: int) -> str:
    """Show minutes as they are read: 45 min, 2 h, 3 h 05."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest}{NBSP}min"
    return f"{number(whole)}{NBSP}h" + (f"{NBSP}{rest:02d}" if rest else "")


def parse_number(text: str, what: str = "ce nombre", negative: bool = False) -> Decimal:
    """Read a number typed in French (1 234,5 or 151.67), at most two decimals, or refuse it."""
    typed = text.strip()
    found = _NUMBER.fullmatch(typed)
    shown = f"«{NBSP}{typed[:40]}{NBSP}»"
    if not found:
        raise FigureRefused(
            f"{shown} ne se lit pas comme un nombre{NBSP}; "
            f"écrivez {what} avec une seule virgule, par exemple 151,67."
        )
    cents = found["cents"] or ""
    if len(cents) > 2:
        raise FigureRefused(f"{shown} a plus de deux décimales{NBSP}; arrondissez {what} à 0,01.")
    whole = re.sub(r"[^0-9]", "", found["whole"])
    if len(whole.lstrip("0")) > 9:
        raise FigureRefused(f"{shown} dépasse {number(_LARGEST)}{NBSP}; vérifiez {what}.")
    value = Decimal(f"{whole}.{cents or '0'}").quantize(Decimal("0.01"))
    if found["sign"] and value:
        if not negative:
            raise FigureRefused(f"{shown} est négatif{NBSP}; écrivez {what} sans signe.")
        return -value
    return value


def parse_hours(text: str, negative: bool = False) -> Decimal:
    """Read hours typed in French, with or without a final h, or refuse them."""
    typed = text.strip()
    if typed[-1:] in ("h", "H"):
        typed = typed[:-1].strip()
    return parse_number(typed, "les heures", negative)


def parse_euros(text: str, negative: bool = False) -> Decimal:
    """Read euros typed in French, with or without a final €, or refuse them."""
    return parse_number(text.strip().removesuffix("€").strip(), "le montant", negative)


def parse_date(text: str) -> datetime.date:
    """Read a day typed as 12/03/2026 or 2026-03-12, or refuse it."""
    typed = text.strip()
    french = re.fullmatch(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})", typed)
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", typed)
    try:
        if french:
            return datetime.date(int(french[3]), int(french[2]), int(french[1]))
        if iso:
            return datetime.date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        raise FigureRefused(
            f"Le «{NBSP}{typed}{NBSP}» n’existe pas au calendrier{NBSP}; vérifiez le jour et le mois."
        ) from None
    raise FigureRefused(
        f"«{NBSP}{typed[:40]}{NBSP}» ne se lit pas comme une date{NBSP}; écrivez-la ainsi{NBSP}: 12/03/2026."
    )


FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "hours": hours,
        "number": number,
        "percent": percent,
        "euros": euros,
        "date": date,
        "short_date": short_date,
        "month": month,
        "of_month": of_month,
        "short_month": short_month,
        "month_input": month_input,
        "plural": plural,
        "of": of,
        "since": since,
        "duration": duration,
    }
)
