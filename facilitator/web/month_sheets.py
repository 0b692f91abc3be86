"""One’s own relevé, signed in or by a link: asking for other hours, dividing it at a limit."""

from decimal import Decimal

from flask import flash, request
from flask.typing import ResponseReturnValue

from facilitator import access, journal, month_sheets
from facilitator.db import db
from facilitator.forms.month_returns import correction_form, split_form
from facilitator.french import date as french_date
from facilitator.french import hours as french_hours
from facilitator.french import of_month
from facilitator.hours import Timesheet
from facilitator.month_sending import Sender
from facilitator.people import Person
from facilitator.vocabulary import TimesheetState
from facilitator.web import clock, sheets
from facilitator.web.month_pages import Declarant
from facilitator.web.sheets import Sheet

VALIDATED = (
    "Ces heures sont validées. Elles comptent jusqu’à ce que le facilitateur ait validé votre correction\u00a0;"
    " dites exactement ce qui a été fait, et pourquoi cela change."
)
WAITING = (
    "Le relevé d’origine reste au journal\u00a0; celui-ci le remplace et attend la décision du facilitateur."
)


def of(organisation_id: int, timesheet_id: int) -> Timesheet:
    """The relevé, locked when it is about to change; 404 when it is another’s."""
    return access.own_timesheet_or_404(organisation_id, timesheet_id, lock=request.method == "POST")


def correct(who: Declarant, sheet: Timesheet) -> ResponseReturnValue:
    """Ask for other hours, with the reason."""
    parts = month_sheets.parts_of(db.session(), sheet)
    labels = [part.label for part in parts]
    known = {f"hours_{index}": part.hours for index, part in enumerate(parts)} | {"sender_name": who.name}
    form = correction_form(labels)(data=known)
    asked = sheet.state == TimesheetState.validated
    heading = "Demander une correction" if asked else "Corriger le relevé"
    about = _about(who, sheet, heading, VALIDATED if asked else WAITING)

    def verb() -> str:
        declared = month_sheets.request_correction(
            db.session(),
            who.organisation_id,
            sheet,
            form.hours(),
            form["reason"].data or "",
            sender=Sender(
                form["sender_name"].data or "", form["sender_position"].data, bool(form["certified"].data)
            ),
            on=clock.today(),
            at=journal.now(),
            by=who.by,
        )
        for warning in declared.warnings:
            flash(warning, "warning")
        return who.url("show")

    return sheets.answer(
        form, about, verb, "Votre correction est envoyée\u00a0; elle attend la décision du facilitateur."
    )


def split(who: Declarant, sheet: Timesheet) -> ResponseReturnValue:
    """Divide at a limit: the date of the limit and hours by days are proposed."""
    session = db.session()
    parts = month_sheets.parts_of(session, sheet)
    at = month_sheets.limit_of(session, sheet)
    proposed = month_sheets.proposed_firsts(sheet, parts, at) if at else []
    known: dict[str, object] = {f"first_{index}": hours for index, hours in enumerate(proposed)} | {"at": at}
    form = split_form([part.label for part in parts])(data=known)
    why = f"Le {french_date(at)}, une limite tombe dans cette période\u00a0: " if at else ""
    intro = (
        f"{why}dites les heures faites avant\u00a0; les autres sont comptées après. La proposition suit le nombre de jours\u00a0:"
        " corrigez-la d’après vos feuilles de présence. Aucune heure ne change."
    )
    about = _about(who, sheet, "Partager le relevé", intro[0].upper() + intro[1:])

    def verb() -> str:
        assert form.at.data  # validated
        firsts: list[Decimal] = form.firsts()
        month_sheets.split(session, sheet, form.at.data, firsts, on=clock.today(), by=who.by)
        return who.url("show")

    return sheets.answer(form, about, verb, "Le relevé est partagé en deux\u00a0; aucune heure n’a changé.")


def _about(who: Declarant, sheet: Timesheet, heading: str, intro: str) -> Sheet:
    person = db.session.get_one(Person, sheet.person_id)
    access.saw("read", "person", person.id, person.territory_id)
    facts: list[tuple[str, ...]] = [
        ("Personne", f"{person.first_name} {person.last_name.upper()}"),
        ("Période", f"du {french_date(sheet.from_on)} au {french_date(sheet.to_on)}"),
        ("Heures déclarées", french_hours(sheet.worked), TimesheetState(sheet.state).label.lower()),
    ]
    if sheet.refusal_reason:
        facts.append(("Motif du refus", sheet.refusal_reason))
    back = who.url("show")
    return Sheet(
        heading=f"{heading} – {person.first_name} {person.last_name.upper()}",
        submit="Partager le relevé" if heading.startswith("Partager") else "Envoyer la correction",
        back=back,
        crumbs=((f"Heures {of_month(sheet.month)}", back), (heading, None)),
        facts=tuple(facts),
        intro=intro,
    )
