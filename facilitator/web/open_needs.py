"""Needs, for those who propose (SIAE, referrer): the open ones where they act, their own candidates and the answers."""

from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, candidates, need_lists, visibility
from facilitator.candidates import CandidateState, NeedCandidate
from facilitator.db import db
from facilitator.forms.needs import CandidateForm
from facilitator.needs import Need
from facilitator.people import Person
from facilitator.territories import Territory
from facilitator.web import clock, offsets, once, sheets
from facilitator.web.sheets import Sheet

blueprint = Blueprint("open_needs", __name__, url_prefix="/besoins/ouverts")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What the territories where we act look for, and what they answered us."""
    session, member, on = db.session(), access.current(), clock.today()
    found = need_lists.lines(session, visibility.needs(member), on)
    own = need_lists.own_candidates(session, visibility.need_candidates(member))
    open_ = [each for each in found if each.need.open]
    access.saw("list", "need_candidate", None)
    return render_template(
        "needs/open.html",
        shown=offsets.of_list(open_),
        own=own,
        answered=[each for each in found if each.need.id in own],
        tones=TONES,
        labels={each.value: each.label.lower() for each in CandidateState},
        on=on,
    )


# What the answer means, as a sign: never by colour alone.
TONES = {
    CandidateState.proposed: "waiting",
    CandidateState.retained: "good",
    CandidateState.placed: "good",
    CandidateState.declined: "critical",
    CandidateState.withdrawn: "",
}


@blueprint.route("/<int:need_id>", methods=["GET", "POST"])
def show(need_id: int) -> ResponseReturnValue:
    """One need; propose one of our people, or somebody else."""
    need = access.need_or_404(need_id, lock=request.method == "POST")
    if again := once.answered():
        return again
    session, member, form = db.session(), access.current(), CandidateForm()
    form.on = clock.today()
    people = need_lists.own_people(session, visibility.persons(member), need)
    form.person.offer([(str(each.id), _described(each)) for each in people])
    own = need_lists.own_candidates(session, visibility.need_candidates(member))
    access.saw("list", "person", None, need.territory_id)
    sheet = Sheet(
        heading=need.job,
        submit="Proposer cette personne",
        back=url_for(".index"),
        crumbs=(("Besoins", url_for(".index")), (need.job, None)),
        template="needs/show.html",
    )
    line, rome = need_lists.line(session, need, form.on), need_lists.romes(session, [need])
    return sheets.answer(
        form,
        sheet,
        partial(_propose, form, need),
        "La personne est proposée\u00a0: le territoire vous répondra ici et par courriel.",
        line=line,
        rome=rome.get(need.rome or ""),
        territory=session.get_one(Territory, need.territory_id),
        own=own.get(need_id, []),
        tones=TONES,
        labels={each.value: each.label.lower() for each in CandidateState},
        withdrawable=(CandidateState.proposed, CandidateState.retained),
        on=form.on,
    )


def _propose(form: CandidateForm, need: Need) -> str:
    member = access.current()
    candidates.propose(
        db.session(),
        need,
        member.organisation_id or 0,
        _who(form, need),
        form.note.data,
        on=form.on,
        by=member.user_id,
    )
    return url_for(".show", need_id=need.id)


def _who(form: CandidateForm, need: Need) -> Person | candidates.Identity:
    """The person chosen; an identity typed that is one of our own people’s is that person."""
    if form.person.data:
        return access.person_or_404(int(form.person.data))
    who = form.identity()
    assert who  # validated
    rows = visibility.persons(access.current())
    return need_lists.same_person(db.session(), need.territory_id, who, rows) or who


def _described(person: Person) -> str:
    born = f", né(e) en {person.birth_on.year}" if person.birth_on else ""
    return f"{person.last_name.upper()} {person.first_name}{born}"


@blueprint.post("/candidatures/<int:candidate_id>/retirer")
def withdraw(candidate_id: int) -> ResponseReturnValue:
    """Take somebody back."""
    need_id = access.need_candidate_or_404(candidate_id).need_id
    need = access.need_or_404(need_id, lock=True)
    candidate: NeedCandidate = access.need_candidate_or_404(candidate_id, lock=True)
    verb = partial(
        candidates.withdraw,
        db.session(),
        candidate,
        need,
        on=clock.today(),
        by=access.current().user_id,
    )
    return sheets.press(verb, url_for(".show", need_id=need_id), "La candidature est retirée.")
