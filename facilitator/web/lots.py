"""Facilitators: the list of lots, where one stands and why, its journal, what its contract says."""

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from facilitator import (
    access,
    field_actions,
    french,
    journal_chain,
    lot_alerts,
    lot_lists,
    markets,
    statements,
)
from facilitator.accounts import User
from facilitator.compliance import rounded
from facilitator.curve import Point
from facilitator.db import db
from facilitator.forms.field_actions import FieldActionForm
from facilitator.forms.field_actions import defaults as action_defaults
from facilitator.forms.lots import LotForm
from facilitator.hours import Share
from facilitator.journal import JournalEntry
from facilitator.journal_sentences import sentence
from facilitator.lot_alerts import LotAlert, NextAction
from facilitator.lot_lists import UNDEFINED, Wanted
from facilitator.markets import Lot
from facilitator.refusals import Conflict
from facilitator.statement import Statement
from facilitator.vocabulary import Pace, Reason, Standing
from facilitator.web import acts, as_of, clock, conflicts, lot_contract, lot_pages

blueprint = Blueprint("lots", __name__, url_prefix="/lots")

ALERT_ACTIONS = {
    NextAction.set_dates: ("Fixer les dates", "lot_calendar.set_dates"),
    NextAction.recover: ("Convenir d’un plan de rattrapage", "recovery_plans.show"),
    NextAction.follow_plan: ("Voir le plan de rattrapage", "recovery_plans.show"),
    NextAction.ask_hours: ("Voir les relevés", "timesheets.of_lot"),
    NextAction.split: ("Partager les relevés", "timesheets.of_lot"),
    NextAction.validate: ("Voir les relevés", "timesheets.of_lot"),
    NextAction.read_documents: ("Lire les documents", "documents.of_lot"),
    NextAction.ask_documents: ("Voir les documents", "documents.of_lot"),
    NextAction.attest: ("Délivrer l’attestation", "attestations.issue"),
    NextAction.state_penalty: ("Constater la pénalité", "penalties.state"),
}
JOURNAL_PAGE = 100
RECENT_ACTIONS = 3
LARGEST_PAGE = 100_000


def page_number(args: MultiDict[str, str]) -> int:
    """The page asked for; what is no number is the first."""
    typed = args.get("page", "1")
    return min(int(typed), LARGEST_PAGE) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The lots of the territory, most critical first."""
    asked = request.args
    wanted = Wanted(
        sort=asked.get("tri", "rythme"),
        pace=asked.get("rythme", ""),
        buyer=asked.get("acheteur", ""),
        year=asked.get("annee", ""),
        words=asked.get("q", "")[:200],
        page=page_number(asked),
    )
    found = lot_lists.of_territory(db.session(), access.current().territory_id, wanted, clock.today())

    def link(**changes: Any) -> str:
        kept = {key: value for key, value in asked.items() if key != "page" and value}
        return url_for(".index", **{**kept, **changes})

    paces = [("", "Tous"), *((each.value, each.label) for each in Pace), (UNDEFINED, "Heures à définir")]
    return render_template(
        "facilitators/lots/index.html",
        found=found,
        wanted=wanted,
        link=link,
        paces=paces,
        buyers=[("", "Tous"), *((each, each) for each in found.buyers)],
        years=[("", "Toutes"), *((str(each), str(each)) for each in found.years)],
    )


@blueprint.get("/<int:lot_id>")
def show(lot_id: int) -> ResponseReturnValue:
    """Where the lot stands on a day, and what would mend what is not retained."""
    lot, on = lot_pages.lot_or_404(lot_id), as_of.asked()
    at, points = statements.of_lot_with_curve(db.session(), lot.id, on)
    return lot_pages.show(
        "show",
        lot,
        "lots.show",
        at=at,
        today=clock.today(),
        alerts=_alerts(lot.id, at),
        chart=_chart(points),
        reasons=_reasons(at, _people_by_reason(lot.id, on)),
        contract=lot_contract.facts(lot),
        form_label=lot_contract.groupement(lot),
        tolerance=lot_contract.tolerance(lot),
        actions=field_actions.of_lot(db.session(), lot.id, limit=RECENT_ACTIONS),
        minutes=field_actions.minutes_of_lots(db.session(), [lot.id]).get(lot.id, 0),
        quick=FieldActionForm(formdata=None, data=action_defaults(clock.today())),
    )


def _alerts(lot_id: int, at: Statement) -> list[tuple[LotAlert, str, str]]:
    """What is to be done now, each with its button; nothing is asked of a past day."""
    today = clock.today()
    found = lot_alerts.of_lot(db.session(), lot_id, at, today) if at.on == today else []
    return [(each, *ALERT_ACTIONS[each.action]) for each in found]


def _chart(points: tuple[Point, ...]) -> dict[str, list[Any]]:
    """The five curves, and the same figures line by line for the table beside them."""
    columns: dict[str, list[Any]] = {
        "months": [french.month(each.month) for each in points],
        "owed": [each.owed for each in points],
        "expected": [_rounded(each.expected) for each in points],
        "declared": [each.declared for each in points],
        "retained": [each.retained for each in points],
        "forecast": [_rounded(each.forecast) for each in points],
    }
    return columns | {"lines": list(zip(*columns.values(), strict=True))}


def _rounded(exact: Fraction | None) -> Decimal | None:
    return None if exact is None else rounded(exact)


def _people_by_reason(lot_id: int, on: datetime.date) -> dict[str, int]:
    """How many people each reason concerns."""
    rows = db.session.execute(
        select(Share.reason, func.count(Share.person_id.distinct()))
        .where(
            Share.lot_id == lot_id,
            Share.to_on <= on,
            Share.standing == Standing.counted,
            Share.unretained > 0,
        )
        .group_by(Share.reason)
    )
    return {reason: count for reason, count in rows if reason}


def _reasons(at: Statement, people: dict[str, int]) -> list[tuple[Reason, Decimal, int]]:
    return [(reason, hours, people.get(reason.value, 0)) for reason, hours in at.unretained_by_reason]


@blueprint.get("/<int:lot_id>/journal")
def journal(lot_id: int) -> ResponseReturnValue:
    """Who did what to the lot, newest first."""
    lot, number = lot_pages.lot_or_404(lot_id), page_number(request.args)
    rows = db.session.execute(
        select(JournalEntry, User.name)
        .outerjoin(User, User.id == JournalEntry.user_id)
        .where(JournalEntry.lot_id == lot.id)
        .order_by(JournalEntry.id.desc())
        .limit(JOURNAL_PAGE + 1)
        .offset((number - 1) * JOURNAL_PAGE)
    ).all()
    entries = [
        (
            clock.instant(entry.at),
            sentence(entry.verb, entry.thing, entry.details),
            name or "",
            entry.at.isoformat(timespec="seconds"),
        )
        for entry, name in rows[:JOURNAL_PAGE]
    ]
    more, seal = len(rows) > JOURNAL_PAGE, journal_chain.head(db.session(), lot.id)
    return lot_pages.show(
        "journal", lot, "lots.journal", entries=entries, number=number, more=more, seal=seal
    )


SECTIONS = (
    ("Le lot", ("number", "title", "cpv", "periodicity", "received_on", "end_with_renewals_on")),
    ("La clause", ("clause", "modes_admitted", "publics_admitted")),
    ("Objectifs complémentaires", ("women_percent", "qpv_percent", "alternance_percent")),
    ("Pénalités", ("penalty_rate", "tolerance_kind", "tolerance_percent", "late_document_rate")),
    ("Groupement", ("groupement_form", "shares_binding")),
)


@blueprint.route("/<int:lot_id>/modifier", methods=["GET", "POST"])
def edit(lot_id: int) -> ResponseReturnValue:
    """Amend what the contract says; two editors read both versions."""
    lot = access.lot_or_404(lot_id, lock=True)
    form, back = LotForm(obj=lot), url_for(".show", lot_id=lot_id)
    if form.validate_on_submit():
        try:
            answer = acts.do(form, lambda: _amend(lot, form), back, "Le lot est à jour.")
        except Conflict:
            current = LotForm(formdata=None, obj=lot)
            return conflicts.page(form, lot, current, submit="Enregistrer ma version", cancel_url=back)
        if answer is not None:
            return answer
    return lot_pages.ask(lot_id, form, "Modifier le lot", "Enregistrer le lot", back, sections=SECTIONS)


def _amend(lot: Lot, form: LotForm) -> None:
    form.check_version(lot)
    markets.amend_lot(db.session(), lot, by=access.current().user_id, **form.wanted())
