"""Published markets into a territory: nothing invented, nothing lost, the same again changes nothing."""

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from facilitator import decp, decp_import, decp_plan, markets
from facilitator.commitments import LedgerLine
from facilitator.markets import Lot, Market, MarketHolder, MarketModification, Operation
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.territories import Territory

AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)
BUYER, FIRM, OTHER = "21999001700002", "90000001900001", "90000002700004"
SCHOOL = "Réhabilitation du groupe scolaire des Marronniers"


@pytest.fixture
def territory(session: Session) -> int:
    territory = Territory(slug="fictif", name="PLIE fictif", kind="plie", created_at=AT)
    session.add(territory)
    session.flush()
    return territory.id


def published(number: str = "M1", **changes: Any) -> dict[str, Any]:
    base = {
        "id": number,
        "acheteur": {"id": BUYER},
        "objet": f"{SCHOOL} - Lot 1 : peinture",
        "montant": 1000,
        "codeCPV": "45442100-8",
        "dateNotification": "2025-03-10",
        "datePublicationDonnees": "2025-03-20",
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": FIRM}}],
    }
    return base | changes


def read(*records: dict[str, Any], name: str = "a.json") -> decp.Reading:
    return decp.read(json.dumps(list(records)).encode(), name)


def bring_in(
    session: Session, territory: int, *readings: decp.Reading, **options: Any
) -> decp_import.Imported:
    only_social = options.pop("only_social", False)
    plan = decp_plan.plan(session, territory, decp.merge(readings), only_social=only_social)
    done = decp_import.apply(session, plan, by=None, at=AT, **options)
    assert done.read == done.created + done.updated + done.unchanged + done.rejected + done.ignored
    session.expire_all()
    return done


def the_market(session: Session) -> Market:
    return session.scalars(select(Market)).one()


def everything(session: Session) -> list[list[tuple[object, ...]]]:
    queries = (
        "SELECT decp_id, object, amount, published, published_rank FROM markets ORDER BY 1",
        "SELECT m.decp_id, o.identifier FROM market_holders h JOIN markets m ON m.id = h.market_id "
        "JOIN organisations o ON o.id = h.organisation_id ORDER BY 1, 2",
        "SELECT m.decp_id, x.position, x.amount FROM market_modifications x JOIN markets m "
        "ON m.id = x.market_id ORDER BY 1, 2",
    )
    return [[tuple(row) for row in session.execute(text(query))] for query in queries]


def test_a_new_market_comes_with_its_buyer_its_titulaires_and_one_lot_without_hours(
    session: Session, territory: int
) -> None:
    done = bring_in(session, territory, read(published()))
    market = the_market(session)
    assert (done.created, market.amount, market.cpv) == (1, Decimal("1000.00"), "45442100")
    assert market.considerations == ["clause"]
    lot = session.scalars(select(Lot)).one()
    assert (lot.number, lot.clause, lot.territory_id) == ("1", None, territory)
    assert session.scalar(select(func.count()).select_from(LedgerLine)) == 0
    roles = session.execute(
        select(Organisation.identifier, OrganisationRole.role)
        .join(Organisation, Organisation.id == OrganisationRole.organisation_id)
        .order_by(OrganisationRole.role)
    )
    assert [tuple(row) for row in roles] == [(BUYER, "authority"), (FIRM, "company")]


def test_what_was_not_said_is_null(session: Session, territory: int) -> None:
    bring_in(session, territory, read(published(considerationsSociales="CDL", montant="NC")))
    found = session.execute(
        text("SELECT count(*) FROM markets WHERE considerations IS NULL AND amount IS NULL")
    )
    assert found.scalar() == 1


def test_the_same_file_again_changes_nothing(session: Session, territory: int) -> None:
    bring_in(session, territory, read(published(), published("M2")))
    before = everything(session)
    done = bring_in(session, territory, read(published(), published("M2")))
    assert (done.created, done.updated, done.unchanged) == (0, 0, 2)
    assert everything(session) == before


def test_a_newer_publication_updates_and_an_older_one_does_not(session: Session, territory: int) -> None:
    bring_in(session, territory, read(published()))
    newer = published(
        montant=2000,
        datePublicationDonnees="2025-09-01",
        titulaires=[{"titulaire": {"typeIdentifiant": "SIRET", "id": OTHER}}],
        modifications=[{"modification": {"id": 1, "montant": 2000}}],
    )
    assert bring_in(session, territory, read(newer)).updated == 1
    market = the_market(session)
    assert (market.amount, market.version) == (Decimal("2000.00"), 2)
    holder = session.scalars(select(MarketHolder)).one()
    assert holder.organisation_id != market.buyer_id
    assert session.scalars(select(MarketModification)).one().amount == Decimal("2000.00")
    assert bring_in(session, territory, read(published())).unchanged == 1
    assert the_market(session).amount == Decimal("2000.00")


def test_the_plan_tells_what_changes_from_what_to_what(session: Session, territory: int) -> None:
    bring_in(session, territory, read(published()))
    newer = read(published(montant=2000, datePublicationDonnees="2025-09-01"))
    (changed,) = decp_plan.plan(session, territory, decp.merge([newer])).changed
    (change,) = changed.changes
    assert (change.label, change.old, change.new) == ("montant", Decimal("1000.00"), Decimal("2000.00"))


def test_a_human_edit_survives_and_is_told(session: Session, territory: int) -> None:
    bring_in(session, territory, read(published()))
    markets.amend(session, the_market(session), by=None, object="Peinture de l’école")
    session.flush()
    newer = published(objet="Autre objet publié", montant=2000, datePublicationDonnees="2025-09-01")
    plan = decp_plan.plan(session, territory, decp.merge([read(newer)]))
    assert any("à la main" in each.reason and "objet" in each.reason for each in plan.problems)
    decp_import.apply(session, plan, by=None, at=AT)
    session.expire_all()
    market = the_market(session)
    assert (market.object, market.amount) == ("Peinture de l’école", Decimal("2000.00"))


def test_only_social_leaves_the_others_aside(session: Session, territory: int) -> None:
    without = published("M2", considerationsSociales="Pas de considération sociale")
    done = bring_in(session, territory, read(published(), without), only_social=True)
    assert (done.created, done.ignored) == (1, 1)


def test_only_what_was_ticked_comes_in(session: Session, territory: int) -> None:
    done = bring_in(session, territory, read(published(), published("M2")), selected={(BUYER, "M2")})
    assert (done.created, done.ignored, the_market(session).decp_id) == (1, 1, "M2")


def test_an_accepted_group_becomes_an_operation(session: Session, territory: int) -> None:
    second = published("M2", objet=f"{SCHOOL} - Lot 2 : sols")
    plan = decp_plan.plan(session, territory, decp.merge([read(published(), second)]))
    decp_import.apply(session, plan, by=None, at=AT, groups=plan.groups)
    session.expire_all()
    operation = session.scalars(select(Operation)).one()
    assert operation.name == SCHOOL
    assert {each.operation_id for each in session.scalars(select(Market))} == {operation.id}
    assert {each.number for each in session.scalars(select(Lot))} == {"1", "2"}


def test_without_a_human_no_group_is_made(session: Session, territory: int) -> None:
    bring_in(session, territory, read(published(), published("M2", objet=f"{SCHOOL} - Lot 2 : sols")))
    assert session.scalar(select(func.count()).select_from(Operation)) == 0


def test_two_territories_follow_the_same_market_apart(session: Session, territory: int) -> None:
    other = Territory(slug="autre", name="MDE fictive", kind="mde", created_at=AT)
    session.add(other)
    session.flush()
    bring_in(session, territory, read(published()))
    assert bring_in(session, other.id, read(published())).created == 1
    assert session.scalar(select(func.count()).select_from(Organisation)) == 2


def test_a_number_that_identifies_nobody_makes_no_company(session: Session, territory: int) -> None:
    vague = [{"titulaire": {"typeIdentifiant": "SIRET", "id": "00001"}}]
    bring_in(session, territory, read(published(titulaires=vague)))
    assert session.scalar(select(func.count()).select_from(MarketHolder)) == 0
    assert "00001" in (the_market(session).published or "")
