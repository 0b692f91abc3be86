"""An employer's answer to a proposal, whoever asks: one form, one effect, a contrary answer refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, journal, placement_letters, placements
from facilitator.contracts import ContractRefused, contracts_of_placements
from facilitator.db import db
from facilitator.forms.answers import ConfirmPlacementForm, DeclineForm
from facilitator.forms.base import TradeForm
from facilitator.people import Person
from facilitator.placement_letters import Question
from facilitator.placements import Placement, PlacementRefused
from facilitator.vocabulary import PlacementState
from facilitator.web import clock, once

CONFIRMED = "La mise à l’emploi est confirmée. Merci."
DECLINED = "Votre réponse est enregistrée\u00a0: la mise à l’emploi est déclinée."


@dataclass(frozen=True)
class Audience:
    """Who answers: where its pages are, and how its list is called."""

    blueprint: str
    list_label: str

    def url(self, view: str, **parts: Any) -> str:
        return url_for(f"{self.blueprint}.{view}", **parts)


def wished(asked: Question) -> dict[str, Any]:
    """What the facilitator asked for, to start the form from."""
    return {"from_on": asked.from_on, "to_on": asked.to_on, "weekly_hours": asked.weekly_hours}


def confirm(placement_id: int, audience: Audience) -> ResponseReturnValue:
    """Show the question with its form; confirm with the contract signed."""
    placement = access.placement_or_404(placement_id, lock=request.method == "POST")
    asked = placement_letters.question(db.session(), placement.id)
    access.saw("read", "person", asked.person_id, asked.territory_id)
    form = ConfirmPlacementForm(data=wished(asked))
    if not form.validate_on_submit():
        return _page(audience, asked, form, DeclineForm(formdata=None))
    answer = give(
        form,
        placement,
        lambda person: _confirmed(placement, person, form),
        audience.url("placement", placement_id=placement.id),
        CONFIRMED,
    )
    if not isinstance(answer, int):
        return answer
    return _page(audience, asked, form, DeclineForm(formdata=None), answer)


def decline(placement_id: int, audience: Audience) -> ResponseReturnValue:
    """Say no, and why."""
    placement = access.placement_or_404(placement_id, lock=True)
    asked = placement_letters.question(db.session(), placement.id)
    access.saw("read", "person", asked.person_id, asked.territory_id)
    form, other = DeclineForm(), ConfirmPlacementForm(formdata=None, data=wished(asked))
    if not form.validate_on_submit():
        return _page(audience, asked, other, form)
    answer = give(
        form,
        placement,
        lambda person: _declined(placement, form),
        audience.url("placement", placement_id=placement.id),
        DECLINED,
    )
    return answer if not isinstance(answer, int) else _page(audience, asked, other, form, answer)


def give(
    form: TradeForm,
    placement: Placement,
    act: Callable[[Person], object],
    location: str,
    said: str,
) -> ResponseReturnValue | int:
    """Run an answer and what follows it; the status of its refusal (409: it contradicts the one already given)."""
    if replay := once.replayed(form):
        return replay
    waited = placement.state == PlacementState.proposed
    try:
        act(db.session.get_one(Person, placement.person_id))
        if waited:
            tell_facilitator(placement)
    except (PlacementRefused, ContractRefused) as refused:
        db.session.rollback()
        form.refuse(refused)
        return 422 if waited else 409
    flash(said, "done")
    return once.commit(form, location)


def tell_facilitator(placement: Placement) -> None:
    """The other links die; a letter says what was answered."""
    base_url = current_app.config["SETTINGS"].base_url
    link = f"{base_url}{url_for('placements.show', placement_id=placement.id)}"
    placement_letters.answered(db.session(), placement, at=journal.now(), link=link)


def _confirmed(placement: Placement, person: Person, form: ConfirmPlacementForm) -> None:
    _refuse_unless_employer(placement)
    member = access.current()
    placements.confirm(
        db.session(),
        placement,
        person,
        form.answer(),
        on=clock.today(),
        by=member.user_id,
        on_word_of=member.name,
    )


def _declined(placement: Placement, form: DeclineForm) -> None:
    _refuse_unless_employer(placement)
    member = access.current()
    placements.decline(
        db.session(),
        placement,
        form.reason.data or "",
        on=clock.today(),
        by=member.user_id,
        on_word_of=member.name,
    )


def _refuse_unless_employer(placement: Placement) -> None:
    if placement.employer_id != access.current().organisation_id:
        raise PlacementRefused(
            "Votre entreprise accueille cette personne sans l’employer\u00a0: c’est l’employeur qui répond."
        )


def _page(
    audience: Audience,
    asked: Question,
    form: ConfirmPlacementForm,
    declining: DeclineForm,
    status: int | None = None,
) -> ResponseReturnValue:
    refused = bool(form.errors or declining.errors)
    signed = contracts_of_placements(db.session(), [asked.placement_id]).get(asked.placement_id, [])
    return (
        render_template(
            "links/placement.html",
            asked=asked,
            name=asked.full_name,
            form=form,
            declining=declining,
            employs=asked.employer_id == access.current().organisation_id,
            contracts=signed,
            confirm_url=audience.url("placement", placement_id=asked.placement_id),
            decline_url=audience.url("decline", placement_id=asked.placement_id),
            crumbs=[(audience.list_label, audience.url("placements")), (asked.full_name, None)],
        ),
        status or (422 if refused else 200),
    )
