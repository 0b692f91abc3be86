"""What facilitators do is a dated line in two clicks: changed the same day, corrected afterwards, never lost."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import field_actions
from facilitator.field_actions import About, FieldAction, FieldActionRefused, What
from facilitator.vocabulary import FieldActionKind, MembershipRole
from tests import builders, trade
from tests.trade import day

ON = day("23/11/2026")
VISIT = What(FieldActionKind.visit, day("20/11/2026"), 90, "Visite du chantier")


def noted(session: Session, by: int | None = None) -> FieldAction:
    ground = trade.market(session)
    return field_actions.note(session, About(ground.territory.id, ground.lot.id), VISIT, on=ON, by=by)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (replace(VISIT, done_on=day("24/11/2026")), "n’est pas encore passé"),
        (replace(VISIT, minutes=0), "n’a pas de durée"),
        (replace(VISIT, minutes=-5), "au plus une journée"),
        (replace(VISIT, minutes=1441), "au plus une journée"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_action_that_makes_no_sense_is_refused(session: Session, what: What, sentence: str) -> None:
    ground = trade.market(session)
    with pytest.raises(FieldActionRefused, match=sentence):
        field_actions.note(session, About(ground.territory.id, ground.lot.id), what, on=ON, by=None)
    assert session.scalar(select(func.count(FieldAction.id))) == 0


def test_its_author_changes_or_cancels_it_the_same_day_only(session: Session) -> None:
    users = [
        builders.user(session, MembershipRole.facilitator, territory=trade.territory(session)) for _ in "ab"
    ]
    action = noted(session, by=users[0].id)
    field_actions.amend(session, action, replace(VISIT, minutes=60), on=ON, by=users[0].id)
    assert action.minutes == 60
    for by, on in ((users[1].id, ON), (users[0].id, day("24/11/2026"))):
        with pytest.raises(FieldActionRefused, match="Écrivez plutôt une ligne qui la corrige"):
            field_actions.amend(session, action, VISIT, on=on, by=by)
        with pytest.raises(FieldActionRefused, match="Écrivez plutôt une ligne qui la corrige"):
            field_actions.cancel(session, action, on=on, by=by)
    field_actions.cancel(session, action, on=ON, by=users[0].id)
    session.commit()
    assert session.scalar(select(func.count(FieldAction.id))) == 0


def test_later_a_line_corrects_it_and_only_that_line_counts(session: Session) -> None:
    action = noted(session)
    lot_id, later = action.lot_id, day("24/11/2026")
    assert lot_id is not None
    assert field_actions.minutes_of_lots(session, [lot_id]) == {lot_id: 90}
    with pytest.raises(FieldActionRefused, match="Dites en une ligne pourquoi"):
        field_actions.correct(session, action, replace(VISIT, text=None), on=later, by=None)
    right = replace(VISIT, minutes=45, text="Écourtée par la pluie")
    second = field_actions.correct(session, action, right, on=later, by=None)
    with pytest.raises(FieldActionRefused, match="déjà corrigée"):
        field_actions.correct(session, action, right, on=later, by=None)
    never = replace(VISIT, minutes=0, text="N’a pas eu lieu")
    assert field_actions.minutes_of_lots(session, [lot_id]) == {lot_id: 45}
    field_actions.correct(session, second, never, on=later, by=None)
    session.commit()
    shown = [(each.action.minutes, each.corrected) for each in field_actions.of_lot(session, lot_id)]
    assert shown == [(0, False), (45, True), (90, True)]
    assert field_actions.minutes_of_lots(session, [lot_id]) == {lot_id: 0}


def test_a_corrected_line_is_closed_even_to_its_author(session: Session) -> None:
    action = noted(session)
    field_actions.correct(session, action, replace(VISIT, text="Non"), on=ON, by=None)
    with pytest.raises(FieldActionRefused, match="déjà corrigée"):
        field_actions.cancel(session, action, on=ON, by=None)


def test_a_territory_reads_its_own_actions_with_an_organisation(session: Session) -> None:
    here, there = trade.market(session), trade.market(session)
    for place in (here.territory, there.territory):
        about = About(place.id, organisation_id=here.company.id)
        field_actions.note(session, about, VISIT, on=ON, by=None)
    session.commit()
    found = field_actions.of_organisation(session, here.territory.id, here.company.id)
    assert [each.action.territory_id for each in found] == [here.territory.id]
