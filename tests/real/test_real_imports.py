"""Real files into a database, on both engines: the known numbers, again and in another order."""

import datetime
import os
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from facilitator import (
    decp,
    decp_import,
    decp_plan,
    reference_import,
    reference_lists,
    siae_directory,
    siae_import,
)
from facilitator.markets import Lot
from facilitator.organisations import OrganisationRole
from facilitator.territories import Territory

REAL = Path(os.environ.get("FACILITATOR_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
PARIS = tuple(f"v2_reel/decp_{year}_ville_de_paris.json" for year in (2024, 2025))
AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)


def territory(session: Session, slug: str) -> int:
    made = Territory(slug=slug, name=f"PLIE {slug}", kind="plie", created_at=AT)
    session.add(made)
    session.flush()
    return made.id


def bring_in(session: Session, where: int, *paths: str, only_social: bool = False) -> decp_import.Imported:
    merged = decp.merge(decp.read(REAL / "decp" / path) for path in paths)
    plan = decp_plan.plan(session, where, merged, only_social=only_social)
    done = decp_import.apply(session, plan, by=None, at=AT)
    assert done.read == done.created + done.updated + done.unchanged + done.rejected + done.ignored
    return done


def contents(session: Session, where: int) -> list[tuple[object, ...]]:
    query = text(
        "SELECT m.decp_id, m.published, m.amount, l.number, l.title FROM markets m "
        "JOIN lots l ON l.market_id = m.id WHERE m.territory_id = :where ORDER BY 1"
    )
    return [tuple(row) for row in session.execute(query, {"where": where})]


def test_paris_comes_in_the_same_in_any_order_and_only_once(session: Session) -> None:
    first, second = territory(session, "premier"), territory(session, "second")
    assert bring_in(session, first, *PARIS).created == 2200
    assert bring_in(session, first, *PARIS).unchanged == 2206
    bring_in(session, second, PARIS[1])
    bring_in(session, second, PARIS[0])
    assert contents(session, second) == contents(session, first)
    assert session.scalar(select(func.count()).select_from(Lot)) == 4400


def test_483_paris_markets_have_a_social_clause(session: Session) -> None:
    done = bring_in(session, territory(session, "social"), *PARIS, only_social=True)
    assert (done.read, done.created, done.ignored) == (2206, 483, 1723)


@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("v1_reel/data.gouv.fr_aife.json", (4530, 4259, 245, 26)),
        ("v1_reel/croix59_2019-2021.json", (159, 111, 15, 33)),
        ("v2_reel/decp_2024H2_travaux_cpv4521.csv", (5180, 5180, 0, 0)),
    ],
)
def test_every_record_is_accounted_for(
    session: Session, path: str, numbers: tuple[int, int, int, int]
) -> None:
    where = territory(session, "fictif")
    done = bring_in(session, where, path)
    assert (done.read, done.created, done.unchanged, done.rejected) == numbers
    again = bring_in(session, where, path)
    assert (again.created, again.updated) == (0, 0)


def test_the_structures_load_once_by_siret_and_kind(session: Session) -> None:
    directory = siae_directory.read(REAL / "siae/siae_liste_simplifiee.csv")
    done = siae_import.load(session, directory, by=None, at=AT)
    assert (done.read, done.loaded, done.created, done.rejected) == (3853, 3840, 3840, 13)
    assert siae_import.load(session, directory, by=None, at=AT).unchanged == 3840
    assert session.scalar(select(func.count()).select_from(OrganisationRole)) == 3840


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_official_lists_load_and_load_again(session: Session) -> None:
    for name in ("cog_communes.csv", "cpv_2008_fr.csv", "rome_appellations.csv"):
        found = reference_lists.read(REAL / "refs" / name)
        assert reference_import.load(session, found).created == len(found.labels)
        assert reference_import.load(session, found).unchanged == len(found.labels)
