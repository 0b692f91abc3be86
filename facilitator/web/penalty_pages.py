"""What all readers of a penalty file share: its page, its letters, and how a step is taken once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import abort, current_app, flash, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from facilitator import (
    access,
    difficulties,
    field_actions,
    journal,
    penalty_constats,
    penalty_lists,
    penalty_mails,
)
from facilitator.db import db
from facilitator.field_actions import Noted
from facilitator.forms.base import EditForm, TradeForm
from facilitator.penalty_cases import Case, explain_all, outcome
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyActor, PenaltyLetter, PenaltyState
from facilitator.refusals import Conflict, Refused
from facilitator.web import clock, once
from facilitator.web.answers import page
from facilitator.web.sheets import Sheet
from reports import penalty_letters

SHOWN_ACTIONS = 30
Crumbs = Sequence[tuple[str, str | None]]
Link = tuple[str, str, bool]  # label, address, whether it is what to do now


@dataclass(frozen=True)
class Reader:
    """Who opens a file: the pages around it, and what they may do there."""

    blueprint: str
    actor: PenaltyActor | None  # None: the facilitator
    crumbs: Callable[[Case], Crumbs]
    links: Callable[[Case], list[Link]]

    def url(self, view: str, file_id: int, **more: Any) -> str:
        return url_for(f"{self.blueprint}.{view}", file_id=file_id, **more)


def show(file_id: int, reader: Reader) -> ResponseReturnValue:
    """One file: where it stands, whose turn it is, how it was computed, what was said, its letters."""
    file, session, on = access.penalty_file_or_404(file_id), db.session(), clock.today()
    case = penalty_lists.case_of(session, file)
    withdrawn = case.progress.state is PenaltyState.withdrawn
    return render_template(
        "penalties/file.html",
        case=case,
        steps=explain_all(case),
        outcome=outcome(case),
        next=case.progress.next(on),
        on=on,
        mine=case.progress.open and case.progress.next(on).actor is reader.actor,
        change=None if withdrawn else penalty_constats.change_since(session, file),
        told=difficulties.of_lot(session, file.lot_id, _whose(file, reader)),
        actions=None if reader.actor is PenaltyActor.company else _actions(file),
        letters=[(each.label, reader.url("letter", file.id, lettre=each.value)) for each in case.letters],
        crumbs=reader.crumbs(case),
        links=reader.links(case),
        reader=reader,
    )


def _actions(file: PenaltyFile) -> Sequence[Noted]:
    """What the territory did for the lot, the latest first: the proof that stands beside the figures."""
    return field_actions.of_lot(db.session(), file.lot_id, limit=SHOWN_ACTIONS)


def _whose(file: PenaltyFile, reader: Reader) -> int | None:
    """A file of the lot as a whole stands beside all its difficulties, but a company reads its own only."""
    if reader.actor is PenaltyActor.company or file.award_id is not None:
        return file.company_id
    return None


def letter(file_id: int) -> ResponseReturnValue:
    """One letter of the file as PDF: `?lettre=` names it, the constat by default."""
    case = penalty_lists.case_of(db.session(), access.penalty_file_or_404(file_id))
    asked = request.args.get("lettre", PenaltyLetter.statement.value)
    kind = next((each for each in case.letters if each.value == asked), None)
    if kind is None:
        abort(404)
    content = penalty_letters.build(case, kind)
    name = penalty_letters.file_name(case, kind)
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def take(
    file: PenaltyFile,
    form: TradeForm,
    sheet: Sheet,
    verb: Callable[[], object],
    done: str,
    *,
    buyer: bool = False,
    company: bool = False,
) -> ResponseReturnValue:
    """Show a step's form; sent and valid, take the step once and write to whom it concerns.

    When somebody moved the file meanwhile, the answer is 409 and the form comes back as it was typed.
    """
    if not form.validate_on_submit():
        return page(sheet.template, form, sheet=sheet)
    if (replay := once.replayed(form)) is not None:
        return replay
    file_id = file.id
    try:
        if isinstance(form, EditForm):
            form.check_version(file)
        verb()
        tell(file, buyer=buyer, company=company)
    except Conflict:
        return _overtaken(file_id, form, sheet)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return page(sheet.template, form, sheet=sheet)
    flash(done, "done")
    return once.commit(form, sheet.back)


def _overtaken(file_id: int, form: TradeForm, sheet: Sheet) -> ResponseReturnValue:
    """Somebody took a step first: say where the file stands now; sending again counts as having read it."""
    db.session.rollback()
    file = access.penalty_file_or_404(file_id)
    label = PenaltyState(file.state).label.lower()
    form.refuse(
        f"Quelqu’un a fait avancer ce dossier pendant que vous l’aviez ouvert\u00a0: il est à l’étape"
        f" «\u00a0{label}\u00a0». Rien n’est enregistré. Relisez le dossier avant d’envoyer de nouveau."
    )
    if isinstance(form, EditForm):
        form.version.data = str(file.version)
    return render_template(sheet.template, form=form, sheet=sheet), 409


def tell(file: PenaltyFile, *, buyer: bool, company: bool) -> None:
    """Write to those whom a step concerns, with the page on which they act."""
    base = current_app.config["SETTINGS"].base_url.rstrip("/")
    penalty_mails.tell(
        db.session(),
        file,
        at=journal.now(),
        on=clock.today(),
        buyer_link=f"{base}{url_for('buyer_penalties.show', file_id=file.id)}" if buyer else None,
        company_link=f"{base}{url_for('company_penalties.show', file_id=file.id)}" if company else None,
    )
