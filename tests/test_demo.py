"""The demonstration territory: what it holds, and that the same seed and date tell the same story."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from facilitator import demo, followups, journeys, statements, verdicts
from facilitator.accounts import User
from facilitator.attestations import Attestation
from facilitator.contracts import Contract
from facilitator.db import Base
from facilitator.demo import DemoRefused
from facilitator.demo.story import known_accounts
from facilitator.difficulties import Difficulty
from facilitator.followups import FollowUp
from facilitator.frozen_bilans import FrozenBilan
from facilitator.hours import Globalisation, NilDeclaration, Share, Timesheet
from facilitator.markets import Lot, LotStop, Market
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.penalty_files import PenaltyFile
from facilitator.people import Person
from facilitator.vocabulary import (
    AuthorityCategory,
    ContractType,
    MembershipRole,
    OrganisationRoleName,
    Pace,
    Reason,
    SiaeKind,
)
from tests.demo_template import ON, console

SQLITE = pytest.mark.parametrize("demonstrated", ["sqlite"], indirect=True)


@pytest.fixture
def database(demonstrated: str) -> str:
    """Every test of this module reads the demonstration of seed 1 on ON."""
    return demonstrated


@contextmanager
def told(seed: int, on: datetime.date) -> Iterator[Session]:
    """Another demonstration, in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with console(), Session(engine) as session:
        demo.load(session, seed, on, lambda sentence: None)
        session.commit()
        yield session
    engine.dispose()


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_demonstration_shows_every_case_of_the_trade(session: Session) -> None:
    assert {account.role for account in known_accounts(session)} == {role.value for role in MembershipRole}
    assert 38 <= count(session, Market) <= 46
    assert 80 <= count(session, Lot) <= 105
    assert count(session, Person) == 370
    assert 400 <= count(session, Contract) <= 600
    assert set(session.scalars(select(Contract.type))) == {
        each.value for each in ContractType if each != ContractType.autre
    } - {"cdi_inclusion"}
    assert {kind.value for kind in SiaeKind} == set(
        session.scalars(
            select(OrganisationRole.kind).where(OrganisationRole.role == OrganisationRoleName.siae)
        )
    )
    categories = {each.value for each in AuthorityCategory} - {"prive", "autre"}
    assert categories == set(
        session.scalars(
            select(OrganisationRole.kind).where(
                OrganisationRole.role == OrganisationRoleName.authority, OrganisationRole.kind != ""
            )
        )
    )
    first, last = session.execute(select(func.min(Timesheet.month), func.max(Timesheet.month))).one()
    assert (last - first).days > 900
    assert count(session, Globalisation) == 1
    assert count(session, LotStop) >= 1
    assert count(session, NilDeclaration) >= 1
    assert {"declared", "validated", "refused", "replaced"} == set(session.scalars(select(Timesheet.state)))
    reasons = set(session.scalars(select(Share.reason)))
    assert {Reason.to_split.value, Reason.after_window.value} <= reasons
    assert {"answered", "asked", "unreachable", "refused", "out_of_scope"} == set(
        session.scalars(select(FollowUp.outcome))
    )


def test_its_lots_fare_in_every_way_and_its_figures_add_up(session: Session) -> None:
    found = statements.of_lots(session, session.scalars(select(Lot.id)), ON).values()

    assert {each.pace for each in found} >= set(Pace)
    assert any(not each.defined for each in found)
    assert any(each.ended for each in found)
    for each in found:
        total = each.retained + each.unretained + each.awaiting + each.refused
        assert each.declared == total
    assert list(verdicts.drift(session)) == []


def test_a_lot_is_attested_another_was_and_a_market_has_two_bilans(session: Session) -> None:
    held, undone = session.scalars(select(Attestation).order_by(Attestation.id))
    assert (held.live, undone.live) == (True, False)
    assert "il manque 21,00\u00a0h" in (undone.revocation or "")
    first, second = session.scalars(select(FrozenBilan).order_by(FrozenBilan.number))
    assert (first.number, second.number) == (1, 2)
    assert second.retained < first.retained


def test_a_penalty_waits_for_the_demonstration_buyer_and_another_is_reduced(session: Session) -> None:
    waiting, reduced = session.scalars(select(PenaltyFile).order_by(PenaltyFile.id)).all()
    buyer = session.scalars(
        select(Organisation.name)
        .join(Market, Market.buyer_id == Organisation.id)
        .join(Lot, Lot.market_id == Market.id)
        .where(Lot.id == waiting.lot_id)
    ).one()

    assert buyer == "Ville d’Exemple"
    assert waiting.progress.next(ON).what == "décider de la pénalité"
    assert reduced.decided_amount is not None and 0 < reduced.decided_amount < reduced.amount
    [difficulty] = session.scalars(select(Difficulty))
    assert (difficulty.lot_id, difficulty.answer is not None) == (waiting.lot_id, True)


def test_follow_ups_are_due_done_and_provisional(session: Session) -> None:
    territory = session.scalar(select(Lot.territory_id).order_by(Lot.id).limit(1))
    assert territory is not None
    dues = followups.derived(session, journeys.of_territory(session, territory), ON)

    assert {due.state.value for due in dues} >= {"due", "provisional", "not_reached"}
    assert any(due.known is None and due.state.value == "due" for due in dues)
    chains = followups.chains(session, journeys.of_territory(session, territory), ON)
    assert chains[6].answered > chains[6].in_work > 0
    assert Decimal(30) < (chains[6].rate or 0) < Decimal(95)


@pytest.mark.parametrize(
    ("seed", "on"), [(1, ON), (7, datetime.date(2024, 2, 29)), (2, datetime.date(2027, 1, 1))]
)
@SQLITE
def test_it_can_be_told_on_other_days_and_the_same_day_tells_the_same_story(
    session: Session, seed: int, on: datetime.date
) -> None:
    with told(seed, on) as other:
        last = other.scalar(select(func.max(Timesheet.to_on)))
        assert last is not None and last < on
        assert list(verdicts.drift(other)) == []
        assert (figures(other) == figures(session)) == (seed == 1)


def figures(session: Session) -> list[Any]:
    """Every share with whom, when and how much: what a reader could compare line by line."""
    rows = session.execute(
        select(
            Person.search_name,
            Share.lot_id,
            Share.month,
            Share.to_on,
            Share.hours,
            Share.retained,
            Share.reasons,
        )
        .join(Person, Person.id == Share.person_id)
        .order_by(Share.id)
    )
    return [tuple(row) for row in rows]


def test_both_engines_tell_the_same_story(session: Session, sqlite_demo: Path) -> None:
    engine = create_engine(f"sqlite:///{sqlite_demo}")
    with Session(engine) as other:
        same = figures(other)
    engine.dispose()

    assert same and figures(session) == same


def test_a_second_time_is_refused_and_nothing_changes(session: Session) -> None:
    before = count(session, User)

    with pytest.raises(DemoRefused, match="contient déjà"):
        demo.load(session, 2, ON, lambda sentence: None)

    assert count(session, User) == before


@SQLITE
def test_the_readme_lists_the_accounts_that_are_printed(session: Session) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")

    for account in known_accounts(session):
        assert f"`{account.email}` | `{account.password}`" in readme
