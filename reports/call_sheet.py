"""The list of calls on paper, as PDF: what is known of each person, and boxes to tick while one calls."""

from dataclasses import dataclass
from datetime import date, datetime

from facilitator import french
from facilitator.french import NBSP
from facilitator.vocabulary import FollowUpOutcome, OutOfScope, Situation
from reports import pdf

LONGEST = 200  # calls of one file: more than a month of them


@dataclass(frozen=True)
class Call:
    """One follow-up to make: whom, about which day, and what the tool knows."""

    name: str
    dossier: str | None
    months: int
    reference_on: date
    exit_on: date
    employer: str
    referrer: str | None
    known: str | None
    tries: int
    called_on: date | None


@dataclass(frozen=True)
class CallSheet:
    """The calls of one list, on a day."""

    sender: str
    on: date
    calls: tuple[Call, ...]


def build(found: CallSheet, *, made_at: datetime) -> bytes:
    """Give the PDF of the list."""
    return pdf.build("call_sheet", facts(found), made_at=made_at)


def file_name(found: CallSheet) -> str:
    """A French name with its date."""
    return f"Feuille d’appel – {found.on.isoformat()}.pdf"


def facts(found: CallSheet) -> dict[str, object]:
    """All that the PDF says, as the text that is read."""
    shown = found.calls[:LONGEST]
    cut = len(found.calls) > LONGEST
    return {
        "title": "Feuille d’appel – suivis à 6 et 12 mois",
        "sender": found.sender,
        "foot": f"{found.sender}, feuille d’appel du {french.date(found.on)}",
        "count": f"{french.plural(len(shown), 'suivi')}, situation de la liste au {french.date(found.on)}."
        + (
            f" Seuls les {LONGEST} premiers sont imprimés{NBSP}: filtrez la liste pour les suivants."
            if cut
            else ""
        ),
        "calls": [_call(each) for each in shown],
        "outcomes": [
            FollowUpOutcome.answered.label,
            FollowUpOutcome.unreachable.label,
            FollowUpOutcome.refused.label,
            *(f"Hors champ{NBSP}: {each.label.lower()}" for each in OutOfScope),
        ],
        "situations": [each.label for each in Situation],
    }


def _call(call: Call) -> dict[str, object]:
    dossier = f", dossier n°{NBSP}{call.dossier}" if call.dossier else ""
    lines = [
        f"Sortie le {french.short_date(call.exit_on)}, dernier employeur{NBSP}: {call.employer}",
        f"Référent{NBSP}: {call.referrer or 'aucun'}{dossier}",
    ]
    if call.known:
        lines.append(f"Le guichet sait{NBSP}: {call.known}")
    if call.tries and call.called_on:
        lines.append(
            f"{french.plural(call.tries, 'essai')}, le dernier le {french.short_date(call.called_on)}"
        )
    return {
        "name": call.name,
        "question": f"À {call.months} mois{NBSP}: quelle était sa situation le {french.date(call.reference_on)}{NBSP}?",
        "lines": lines,
    }
