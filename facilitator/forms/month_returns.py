"""Forms of a month to declare: cells as they come back from the page, who sends, corrections and splits."""

import datetime
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import FrenchDateField, HoursField, LineField, TextField, required
from facilitator.french import FigureRefused, parse_date
from facilitator.month_cells import MonthPage
from facilitator.month_drafts import LONGEST_COMMENT, Key, Typed

LARGEST_ID = 2**31 - 1
CERTIFY = "Cochez cette case\u00a0: sans elle, les heures ne peuvent pas partir."
_NAME = re.compile(r"h-([0-9]{1,10})-([0-9]{1,10})-([0-9]{8})")


class MonthForm(TradeForm):
    """What stands around the cells: a comment, who sends, in what quality, and that it is certified."""

    comment = TextField(
        "Commentaire pour le facilitateur",
        longest=LONGEST_COMMENT,
        description="Une absence, un chantier arrêté… Ne parlez pas de la santé des personnes.",
    )
    seen = HiddenField()
    sender_name = LineField("Votre nom", longest=120, validators=[required()])
    sender_position = LineField(
        "Votre qualité",
        longest=120,
        description="Par exemple\u00a0: responsable d’agence, conductrice de travaux.",
    )
    certified = BooleanField(
        "Je certifie exactes les heures que j’envoie", validators=[InputRequired(CERTIFY)]
    )


class DraftForm(MonthForm):
    """The same page, kept without being sent: nobody signs it."""

    sender_name = LineField("Votre nom", longest=120)
    certified = BooleanField("Je certifie exactes les heures que j’envoie")


def key_of(name: str) -> Key | None:
    """The cell that a field is named after; None for any other field."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    contract_id, placement_id, digits = int(found[1]), int(found[2]), found[3]
    try:
        from_on = parse_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except FigureRefused:
        return None
    return (contract_id, placement_id, from_on) if max(contract_id, placement_id) <= LARGEST_ID else None


def typed(fields: Mapping[str, str], nils: Iterable[str], comment: str | None) -> Typed:
    """What came back from the page: cells as text, sites ticked «néant», the comment."""
    cells = {key: text for name, text in fields.items() if (key := key_of(name)) is not None}
    return Typed(cells, frozenset(map(_id, nils)), (comment or "").strip().replace("\r\n", "\n"))


def _id(text: str) -> int:
    """An id, or 0: no site has it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def seen_in(page: MonthPage) -> str:
    """What the page shows, to come back with the form: what another person changes meanwhile is then known."""
    cells = {cell.name: cell.text for cell in page.cells if cell.text}
    ends = {cell.name: cell.days.last_on.isoformat() for cell in page.cells if cell.open}
    return json.dumps(
        [cells, sorted(page.nil_drafted), page.comment, ends], ensure_ascii=True, separators=(",", ":")
    )


def seen_by(text: str | None) -> Typed:
    """What the page showed; nothing when it did not come back as it was given."""
    try:
        cells, nils, comment, ends = json.loads(text or "")
        return Typed(
            {key: str(said) for name, said in cells.items() if (key := key_of(name)) is not None},
            frozenset(each for each in nils if isinstance(each, int)),
            str(comment),
            {
                key: datetime.date.fromisoformat(on)
                for name, on in ends.items()
                if (key := key_of(name)) is not None
            },
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Typed()


class OwnSplitForm(TradeForm):
    """The first day of the second part, and the hours before it, site by site."""

    at = FrenchDateField("Premier jour de la seconde partie", validators=[required()])
    count: int = 0

    def firsts(self) -> list[Any]:
        return [self[f"first_{index}"].data for index in range(self.count)]


class OwnCorrectionForm(TradeForm):
    """Other hours, site by site, why, and who says so."""

    count: int = 0

    def hours(self) -> list[Any]:
        return [self[f"hours_{index}"].data for index in range(self.count)]


def split_form(labels: Sequence[str]) -> type[OwnSplitForm]:
    """The form of a relevé with so many sites."""
    fields: dict[str, Any] = {"count": len(labels)}
    for index, label in enumerate(labels):
        fields[f"first_{index}"] = HoursField(
            f"Heures faites avant ce jour – {label}", validators=[required()]
        )
    return type("OwnSplit", (OwnSplitForm,), fields)


def correction_form(labels: Sequence[str]) -> type[OwnCorrectionForm]:
    """The form of a relevé with so many sites."""
    fields: dict[str, Any] = {"count": len(labels)}
    for index, label in enumerate(labels):
        fields[f"hours_{index}"] = HoursField(f"Heures exactes – {label}", validators=[required()])
    fields["reason"] = TextField(
        "Pourquoi ces heures changent",
        longest=300,
        validators=[required()],
        description="Le facilitateur lira cette phrase\u00a0; ne parlez pas de la santé de la personne.",
    )
    fields["sender_name"] = LineField("Votre nom", longest=120, validators=[required()])
    fields["sender_position"] = LineField("Votre qualité", longest=120)
    fields["certified"] = BooleanField("Je certifie exactes ces heures", validators=[InputRequired(CERTIFY)])
    return type("OwnCorrection", (OwnCorrectionForm,), fields)


def month_of(text: str) -> datetime.date | None:
    """The month of an address, 2026-10; None when there is none."""
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
    return datetime.date(int(found[1]), int(found[2]), 1) if found else None
