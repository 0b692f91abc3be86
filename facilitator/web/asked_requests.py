"""The asker’s pages (SIAE, company, referrer): ask to validate a public, one or forty, follow, complete, take back."""

import io
from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from facilitator import (
    access,
    eligibility_requests,
    eligibility_sheets,
    journal,
    request_asking,
    request_letters,
    request_lines,
    request_lists,
    visibility,
)
from facilitator.db import db
from facilitator.eligibility_requests import EligibilityRequest, Turn
from facilitator.forms.requests import (
    CompletionForm,
    IdentityPart,
    NewRequestForm,
    PastedRequestsForm,
    TerritoryPart,
)
from facilitator.people import Eligibility
from facilitator.permissions import DOORS
from facilitator.refusals import Conflict
from facilitator.request_lines import Line
from facilitator.territories import Territory
from facilitator.vocabulary import Criterion, EligibilityState, Sex
from facilitator.web import clock, conflicts, offsets, once, sheets
from facilitator.web.answers import page
from facilitator.web.sheets import Sheet
from reports import eligibility_sheet

blueprint = Blueprint("asked_requests", __name__, url_prefix="/demandes-de-validation")
PDF = "application/pdf"
ALL = "tous"  # ?territoires=tous: those where the organisation does not work yet
LIST = "Demandes de validation"


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Our requests over all territories: those that wait for us first."""
    rows = request_lists.own(visibility.eligibility_requests(access.current()))
    access.saw("list", "eligibility_request", None)
    return render_template(
        "requests/own.html",
        shown=offsets.of_query(rows),
        labels={each.value: each.label.lower() for each in EligibilityState},
        proposes=DOORS["open_needs.index"].admits(access.current().role),
        on=clock.today(),
    )


@blueprint.route("/nouvelle", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask for one person."""
    form, member = NewRequestForm(), access.current()
    _prepare(form)
    sheet = _sheet("Demander la validation d’un public", "Envoyer la demande", "requests/new.html")

    def verb() -> str:
        asked = request_asking.ask(
            db.session(),
            int(form.territory.data or 0),
            member.organisation_id,
            form.asked(),
            on=clock.today(),
            by=member.user_id,
            requested_by_id=member.user_id,
        )
        return url_for(".show", request_id=asked.id)

    said = "La demande est envoyée\u00a0: c’est au territoire de répondre."
    return sheets.answer(form, sheet, verb, said, everywhere=_everywhere())


@blueprint.route("/plusieurs", methods=["GET", "POST"])
def paste() -> ResponseReturnValue:
    """Ask for up to forty people, pasted one a line: all good lines or, when one says so, only those."""
    form, member = PastedRequestsForm(), access.current()
    _offer_territories(form)
    # Of a paste that was sent, every line is «déjà demandée»: its first answer comes before its lines are read.
    if again := once.answered():
        return again
    valid = form.validate_on_submit()
    lines = _reviewed(form, int(form.territory.data or 0) if valid else None)
    good = [line.asked for line in lines if line.asked]
    left = [line for line in lines if line.problem]
    if not valid or form.errors or not good or (left and not form.only_good.data):
        if valid and not form.errors:
            form.refuse(_to_mend(left, good), "lines")
        return page(
            "requests/paste.html",
            form,
            left=left,
            good=len(good),
            everywhere=_everywhere(),
            grounds=list(Criterion),
        )
    if replay := once.replayed(form):
        return replay
    for asked in good:
        request_asking.record(
            db.session(),
            int(form.territory.data or 0),
            member.organisation_id,
            asked,
            on=clock.today(),
            by=member.user_id,
            requested_by_id=member.user_id,
        )
    flash(_sent(len(good), len(left)), "done")
    return once.commit(form, url_for(".index"))


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """One request: whose turn it is, what was said, the answer."""
    asked = access.eligibility_request_or_404(request_id)
    access.saw("read", "eligibility_request", asked.id, asked.territory_id)
    return render_template("requests/show.html", asked=asked, on=clock.today(), Turn=Turn, **_around(asked))


@blueprint.route("/<int:request_id>/completer", methods=["GET", "POST"])
def complete(request_id: int) -> ResponseReturnValue:
    """Answer what was asked for, and mend what was typed."""
    asked = access.eligibility_request_or_404(request_id, lock=request.method == "POST")
    access.saw("read", "eligibility_request", asked.id, asked.territory_id)
    if again := once.unless_refused(partial(eligibility_requests.refuse_closed, asked)):
        return again
    form, back = _filled(asked), url_for(".show", request_id=request_id)
    sheet = _sheet("Compléter la demande", "Envoyer la réponse", "requests/complete.html", back, asked.name)
    said = eligibility_requests.exchanges(db.session(), request_id)

    def verb() -> str:
        form.check_version(asked)
        session, by = db.session(), access.current().user_id
        request_asking.complete(session, asked, form.asked(), form.answer.data or "", on=clock.today(), by=by)
        request_letters.forget(session, asked)
        return back

    try:
        return sheets.answer(
            form,
            sheet,
            verb,
            "Votre réponse est envoyée\u00a0: c’est de nouveau au territoire de répondre.",
            missing=[each for each in said if each.asked][-1:],
        )
    except Conflict:
        db.session.rollback()
        asked = access.eligibility_request_or_404(request_id)
        return conflicts.page(form, asked, _filled(asked, None), submit="Envoyer ma version", cancel_url=back)


@blueprint.post("/<int:request_id>/retirer")
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take a request back."""
    asked = access.eligibility_request_or_404(request_id, lock=True)

    def verb() -> None:
        eligibility_requests.withdraw(db.session(), asked, on=clock.today(), by=access.current().user_id)
        request_letters.forget(db.session(), asked)

    return sheets.press(
        verb, url_for(".index"), "La demande est retirée\u00a0: le territoire ne la traitera pas."
    )


@blueprint.get("/<int:request_id>/fiche.pdf")
def fiche(request_id: int) -> ResponseReturnValue:
    """The fiche d’éligibilité of a validated request: dates and conditions, no criterion."""
    asked = access.eligibility_request_or_404(request_id)
    facts = eligibility_sheets.of_request(db.session(), asked, clock.today())
    access.saw("export_fiche", "eligibility_request", asked.id, asked.territory_id)
    content = eligibility_sheet.build(facts, made_at=journal.now())
    return send_file(
        io.BytesIO(content),
        mimetype=PDF,
        as_attachment=True,
        download_name=eligibility_sheet.file_name(facts),
    )


def _around(asked: EligibilityRequest) -> dict[str, Any]:
    session = db.session()
    window = None
    if asked.eligibility_id is not None:
        window = eligibility_sheets.window_of(session, session.get_one(Eligibility, asked.eligibility_id))
    return {
        "territory": session.get_one(Territory, asked.territory_id),
        "said": eligibility_requests.exchanges(session, asked.id),
        "lot": request_lists.lot_label(session, asked.lot_id) if asked.lot_id else None,
        "state": EligibilityState(asked.state).label.lower(),
        "sex": Sex(asked.sex).label if asked.sex else None,
        "window": window,
    }


def _prepare(form: IdentityPart, lot_id: int | None = None) -> None:
    """The day, and the choices that are the organisation’s own (`lot_id`: the lot chosen before, ended since)."""
    form.on = clock.today()
    lots = request_lists.lots(db.session(), access.current().organisation_id, form.on)
    if lot_id and str(lot_id) not in dict(lots):
        lots.append((str(lot_id), request_lists.lot_label(db.session(), lot_id)))
    if lots:
        form.lot_id.offer(lots)
    else:
        del form.lot_id
    if isinstance(form, TerritoryPart):
        _offer_territories(form)


def _offer_territories(form: TerritoryPart) -> None:
    session = db.session()
    known = request_lists.territories(session, access.current().organisation_id)
    form.offer_territories(known if known and not _everywhere() else request_lists.all_territories(session))


def _everywhere() -> bool:
    return request.args.get("territoires") == ALL


def _filled(asked: EligibilityRequest, *formdata: None) -> CompletionForm:
    """The form of a request as it stands (`None`: whatever was sent)."""
    extra: dict[str, Any] = {"formdata": None} if formdata else {}
    form = CompletionForm(obj=asked, **extra)
    _prepare(form, asked.lot_id)
    return form


def _reviewed(form: PastedRequestsForm, territory_id: int | None) -> list[Line]:
    """The lines of a paste with what forbids each; a text that cannot be read at all says so beside the field."""
    try:
        lines = request_lines.read(form.lines.data or "")
    except request_lines.LineRefused as refused:
        form.refuse(refused, "lines")
        return []
    if territory_id is None:
        return lines
    return request_asking.review(
        db.session(), territory_id, access.current().organisation_id, lines, on=clock.today()
    )


def _to_mend(left: list[Line], good: list[Any]) -> str:
    if not left:
        return "Ce texte ne contient aucune personne. Collez au moins une ligne."
    several = "Une ligne est à reprendre" if len(left) == 1 else f"{len(left)}\u00a0lignes sont à reprendre"
    return f"{several}\u00a0: lisez pourquoi ci-dessous, corrigez le texte, puis renvoyez-le."


def _sent(good: int, left: int) -> str:
    sent = "Une demande est envoyée" if good == 1 else f"{good}\u00a0demandes sont envoyées"
    if not left:
        return f"{sent}\u00a0: c’est au territoire de répondre."
    return f"{sent}\u00a0; {'une ligne reste' if left == 1 else f'{left}{chr(0xA0)}lignes restent'} de côté."


def _sheet(heading: str, submit: str, template: str, back: str = "", name: str = "") -> Sheet:
    home = url_for(".index")
    crumbs: list[tuple[str, str | None]] = [(LIST, home)]
    if name:
        crumbs.append((name, back))
    return Sheet(
        heading=f"{heading} – {name}" if name else heading,
        submit=submit,
        back=back or home,
        crumbs=[*crumbs, (heading, None)],
        template=template,
    )
