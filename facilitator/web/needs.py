"""Needs, for the facilitator: what is wanted on the lots, whom it is sent to, who is proposed, the answers."""

from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from facilitator import access, candidates, journal, need_letters, need_lists, needs, visibility
from facilitator.candidates import CandidateState, NeedCandidate
from facilitator.db import db
from facilitator.forms.needs import (
    ClosingForm,
    DeclineForm,
    EditNeedForm,
    NewNeedForm,
    SendForm,
    ToldCandidateForm,
)
from facilitator.need_lists import NeedState
from facilitator.needs import Closing, Need
from facilitator.refusals import Conflict, Refused
from facilitator.web import clock, conflicts, employer_choice, offsets, sheets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("needs", __name__)
RUNNING, ALL = "", "tous"
STATES = (
    (RUNNING, "À publier, ouverts ou pourvus"),
    *NeedState.choices(),
    (ALL, "Tous"),
)


@blueprint.get("/besoins")
def index() -> ResponseReturnValue:
    """The needs of the territory: what is to answer, what is still free, how long it took."""
    session, member, on = db.session(), access.current(), clock.today()
    state, lot_id = request.args.get("etat", RUNNING), employer_choice.asked("lot")
    everything = need_lists.lines(session, visibility.needs(member), on)
    found = need_lists.in_state(everything, _states(state))
    if lot_id:
        found = [each for each in found if each.need.lot_id == lot_id]
    return render_template(
        "facilitators/needs/index.html",
        shown=offsets.of_list(found),
        measures=need_lists.measures(everything, on),
        open=need_lists.in_state(everything, (NeedState.open,)),
        to_answer=sum(each.followed.to_answer for each in everything),
        states=STATES,
        state=state if state in dict(STATES) else RUNNING,
        lot_id=lot_id,
        any=bool(everything),
    )


def _states(asked: str) -> tuple[NeedState, ...]:
    if asked in set(NeedState):
        return (NeedState(asked),)
    return tuple(each for each in NeedState if asked == ALL or each is not NeedState.closed)


@blueprint.route("/besoins/nouveau", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Publish a need of a lot, then choose whom to send it to."""
    form, member, on = NewNeedForm(), access.current(), clock.today()
    lot_id = employer_choice.asked("lot")
    lot = access.lot_or_404(lot_id) if lot_id else None
    form.offer_places(need_lists.places(db.session(), member.territory_id, on, lot_id))
    back = url_for("placements.of_lot", lot_id=lot.id) if lot else url_for(".index")
    sheet = _sheet("Publier un besoin", "Publier le besoin", back, template="facilitators/needs/new.html")

    def verb() -> str:
        chosen_lot, chosen_award = form.chosen()
        need = needs.publish_new(
            db.session(),
            access.lot_or_404(chosen_lot),
            access.award_or_404(chosen_award) if chosen_award else None,
            form.wanted(),
            on=on,
            by=member.user_id,
        )
        return url_for(".send", need_id=need.id)

    said = "Le besoin est publié\u00a0: les structures et les prescripteurs du territoire le voient. Choisissez à qui l’envoyer."
    return sheets.answer(form, sheet, verb, said)


@blueprint.get("/besoins/<int:need_id>")
def show(need_id: int) -> ResponseReturnValue:
    """One need: what is wanted, its places, its candidates."""
    need, session, on = access.need_or_404(need_id), db.session(), clock.today()
    access.saw("read", "need", need.id, need.territory_id)
    return render_template(
        "facilitators/needs/show.html",
        line=need_lists.line(session, need, on),
        rome=need_lists.romes(session, [need]).get(need.rome or ""),
        candidates=need_lists.candidates(session, need.id),
        sent=sum(each.sent_at is not None for each in need_letters.recipients(session, need)),
        on=on,
        S=CandidateState,
        N=NeedState,
    )


@blueprint.post("/besoins/<int:need_id>/publier")
def publish(need_id: int) -> ResponseReturnValue:
    """Publish what a company asked for."""
    need = access.need_or_404(need_id, lock=True)
    verb = partial(needs.publish, db.session(), need, on=clock.today(), by=access.current().user_id)
    return sheets.press(
        verb, url_for(".send", need_id=need_id), "Le besoin est publié. Choisissez à qui l’envoyer."
    )


@blueprint.route("/besoins/<int:need_id>/modifier", methods=["GET", "POST"])
def edit(need_id: int) -> ResponseReturnValue:
    """Change what is wanted."""
    need = access.need_or_404(need_id, lock=request.method == "POST")
    form, back = EditNeedForm(obj=need), url_for(".show", need_id=need_id)
    sheet = _sheet("Modifier le besoin", "Enregistrer", back, need, "facilitators/needs/edit.html")

    def verb() -> str:
        form.check_version(need)
        session = db.session()
        filled = candidates.filled(session, need_id)
        by = access.current().user_id
        needs.amend(session, need, form.wanted(), filled=filled, on=clock.today(), by=by)
        return back

    try:
        return sheets.answer(form, sheet, verb, "Le besoin est modifié.")
    except Conflict:
        db.session.rollback()
        need = access.need_or_404(need_id)
        now = EditNeedForm(obj=need, formdata=None)
        return conflicts.page(form, need, now, submit="Enregistrer ma version", cancel_url=back)


@blueprint.route("/besoins/<int:need_id>/envoyer", methods=["GET", "POST"])
def send(need_id: int) -> ResponseReturnValue:
    """Choose the referrers and SIAE that get a letter; each gets it once."""
    need = access.need_or_404(need_id, lock=request.method == "POST")
    form, back = SendForm(), url_for(".show", need_id=need_id)
    found = need_letters.recipients(db.session(), need)
    form.recipients.choices = [
        SelectChoice(str(each.organisation_id), f"{each.organisation} ({each.what}) – {each.email}")
        for each in found
        if each.sent_at is None
    ]
    sheet = _sheet("Envoyer le besoin", "Envoyer", back, need, "facilitators/needs/send.html")

    def verb() -> str:
        chosen = {int(each) for each in form.recipients.data or ()}
        if not chosen:
            raise needs.NeedRefused("Cochez au moins une organisation, ou revenez au besoin sans envoyer.")
        link = _address("open_needs.show", need_id)
        by = access.current().user_id
        need_letters.send(db.session(), need, chosen, on=clock.today(), at=journal.now(), link=link, by=by)
        return back

    written = [each for each in found if each.sent_at is not None]
    return sheets.answer(form, sheet, verb, "Les courriels partent.", written=written)


@blueprint.route("/besoins/<int:need_id>/clore", methods=["GET", "POST"])
def close(need_id: int) -> ResponseReturnValue:
    """Close a need: who still waits is told why."""
    need = access.need_or_404(need_id, lock=request.method == "POST")
    form, back = ClosingForm(), url_for(".show", need_id=need_id)
    sheet = _sheet("Clore le besoin", "Clore le besoin", back, need)

    def verb() -> str:
        need_letters.close(
            db.session(),
            need,
            Closing(form.why.data or ""),
            form.words.data,
            on=clock.today(),
            at=journal.now(),
            link=_address("open_needs.index"),
            by=access.current().user_id,
        )
        return back

    return sheets.answer(form, sheet, verb, "Le besoin est clos.")


@blueprint.route("/besoins/<int:need_id>/candidats/nouveau", methods=["GET", "POST"])
def add_candidate(need_id: int) -> ResponseReturnValue:
    """Type whom an organisation named by phone or by mail."""
    need = access.need_or_404(need_id, lock=request.method == "POST")
    form, back = ToldCandidateForm(), url_for(".show", need_id=need_id)
    form.on = clock.today()
    form.organisation.offer(need_lists.proposers(db.session(), need.territory_id))
    sheet = _sheet(
        "Saisir une personne proposée", "Enregistrer", back, need, "facilitators/needs/candidate.html"
    )

    def verb() -> str:
        who = form.identity()
        assert who  # validated
        candidates.propose(
            db.session(),
            need,
            int(form.organisation.data or 0),
            need_lists.same_person(db.session(), need.territory_id, who) or who,
            form.note.data,
            on=form.on,
            by=access.current().user_id,
        )
        return back

    return sheets.answer(
        form, sheet, verb, "La candidature est enregistrée\u00a0: il vous reste à y répondre."
    )


@blueprint.post("/candidatures/<int:candidate_id>/retenir")
def retain(candidate_id: int) -> ResponseReturnValue:
    """Keep somebody; who proposed is told."""
    candidate, need = _locked(candidate_id)

    def verb() -> None:
        if candidates.retain(db.session(), candidate, need, on=clock.today(), by=access.current().user_id):
            _tell(candidate, need)

    back = url_for(".show", need_id=need.id)
    return sheets.press(verb, back, f"{candidate.name}\u00a0: candidature retenue, la structure le saura.")


@blueprint.route("/candidatures/<int:candidate_id>/decliner", methods=["GET", "POST"])
def decline(candidate_id: int) -> ResponseReturnValue:
    """Say no, with a reason that is mailed back."""
    candidate, need = _locked(candidate_id)
    form, back = DeclineForm(), url_for(".show", need_id=need.id)
    sheet = _sheet(f"Ne pas retenir {candidate.name}", "Ne pas retenir", back, need)
    access.saw("read", "need_candidate", candidate.id, need.territory_id)

    def verb() -> str:
        by = access.current().user_id
        if candidates.decline(db.session(), candidate, need, form.reason.data or "", on=clock.today(), by=by):
            _tell(candidate, need)
        return back

    return sheets.answer(form, sheet, verb, "La réponse est enregistrée, la structure la recevra.")


@blueprint.get("/candidatures/<int:candidate_id>/placer")
def place(candidate_id: int) -> ResponseReturnValue:
    """To the screen that puts a retained person to work, filled with what is known."""
    candidate = access.need_candidate_or_404(candidate_id)
    need = access.need_or_404(candidate.need_id)
    asked: dict[str, Any] = {"candidat": candidate.id}
    try:
        candidates.refuse_unplaceable(db.session(), candidate, need)
    except Refused as refused:  # an old link: the need says where its candidates stand
        flash(str(refused), "warning")
        return redirect(url_for(".show", need_id=need.id))
    known = candidate.person_id
    if known is None and candidate.birth_on is not None:
        who = candidates.Identity(candidate.last_name, candidate.first_name, candidate.birth_on)
        same = need_lists.same_person(db.session(), need.territory_id, who)
        known = same.id if same else None
    if known is not None and request.args.get("contrat") != "signe":
        return redirect(url_for("placements.new", personne=known, lot=need.lot_id, **asked))
    person: dict[str, Any] = {"personne": known} if known is not None else {}
    return redirect(url_for("express.hire", lot=need.lot_id, **person, **asked))


def _locked(candidate_id: int) -> tuple[NeedCandidate, Need]:
    """The need before its candidates: two who answer wait for each other in one order."""
    lock = request.method == "POST"
    need_id = access.need_candidate_or_404(candidate_id).need_id
    need = access.need_or_404(need_id, lock=lock)
    return access.need_candidate_or_404(candidate_id, lock=lock), need


def _tell(candidate: NeedCandidate, need: Need) -> None:
    link = _address("open_needs.show", need.id)
    need_letters.answer(db.session(), candidate, need, on=clock.today(), at=journal.now(), link=link)


def _address(endpoint: str, need_id: int | None = None) -> str:
    """A page of this site as a letter names it."""
    base: str = current_app.config["SETTINGS"].base_url
    values: dict[str, Any] = {"need_id": need_id} if need_id else {}
    return base.rstrip("/") + url_for(endpoint, **values)


def _sheet(
    heading: str, submit: str, back: str, need: Need | None = None, template: str = "facilitators/act.html"
) -> Sheet:
    crumbs: list[tuple[str, str | None]] = [("Besoins", url_for(".index"))]
    if need is not None:
        crumbs.append((need.job, url_for(".show", need_id=need.id)))
    return Sheet(
        heading=f"{heading} – {need.job}" if need else heading,
        submit=submit,
        back=back,
        crumbs=(*crumbs, (heading, None)),
        template=template,
    )
