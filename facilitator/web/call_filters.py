"""What the address of the work list asks for: states, milestone, référent, market, buyer, employer, year, «à moi»."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import request

from facilitator import access
from facilitator.access import LARGEST_ID
from facilitator.call_list import Wanted
from facilitator.followup_list import OPEN, CallState
from facilitator.outcomes import MILESTONES

TO_DO, ALL = "", "tous"
FILTERS = ("etat", "echeance", "referent", "marche", "acheteur", "employeur", "annee", "moi")


@dataclass(frozen=True)
class Asked:
    """The filters as typed in the address, and as the domain reads them."""

    wanted: Wanted
    kept: dict[str, Any]


def states(counts: Counter[CallState]) -> list[tuple[str, str]]:
    """The states to choose from, each with how many stand in it."""
    return [
        *open_states(counts),
        *(_choice(each, counts) for each in CallState if each not in OPEN),
        (ALL, f"Tous ({counts.total()})"),
    ]


def open_states(counts: Counter[CallState]) -> list[tuple[str, str]]:
    """The same where only an answer can be written: those that still want one."""
    to_do = sum(counts[each] for each in OPEN)
    return [(TO_DO, f"Sans réponse ({to_do})"), *(_choice(each, counts) for each in OPEN)]


def _choice(state: CallState, counts: Counter[CallState]) -> tuple[str, str]:
    return state.value, f"{state.label} ({counts[state]})"


def asked() -> Asked:
    """Read the address; what names nothing filters nothing."""
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    months = request.args.get("echeance", "")
    wanted = Wanted(
        states=_states(request.args.get("etat", TO_DO)),
        months=int(months) if months in {str(each) for each in MILESTONES} else None,
        referrer_id=_number("referent"),
        market_id=_number("marche"),
        buyer_id=_number("acheteur"),
        employer_id=_number("employeur"),
        year=_number("annee"),
        mine=access.current().user_id if request.args.get("moi") == "oui" else None,
    )
    return Asked(wanted, kept)


def _states(typed: str) -> tuple[CallState, ...]:
    if typed in set(CallState):
        return (CallState(typed),)
    return tuple(CallState) if typed == ALL else OPEN


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 11 else 0
    return number if 0 < number <= LARGEST_ID else None
