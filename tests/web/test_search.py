"""Search: without accents or case, everything of the territory and nothing of another."""

import pytest
from sqlalchemy.orm import Session

from facilitator import markets, people
from facilitator.vocabulary import MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, text_of
from tests.trade import Ground
from tests.web.desk import BUDGET


@pytest.fixture
def ground(client: Browser, session: Session) -> Ground:
    ground = trade.market(session)
    user = builders.user(session, MembershipRole.facilitator, territory=ground.territory)
    builders.sign_in(client, user)
    return ground


def name(session: Session, ground: Ground, suffix: str = "") -> None:
    """Give everything of a territory a name to look for."""
    market = ground.lot.market_id
    markets.amend(
        session, session.get_one(markets.Market, market), object=f"École Œuvrière Héloïse{suffix}", by=None
    )
    markets.amend_lot(session, ground.lot, title=f"Réfection ÉTANCHÉITÉ{suffix}", by=None)
    people.amend(session, ground.person, first_name="Élodie", last_name=f"Noël-Fictive{suffix}", by=None)
    ground.company.name = f"Étanchéité Générale{suffix}"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ecole", "École Œuvrière Héloïse"),
        ("OEUVRIERE heloise", "École Œuvrière Héloïse"),
        ("étanchéité", "Réfection ÉTANCHÉITÉ"),
        ("etancheite generale", "Étanchéité Générale"),
        ("NOEL", "Élodie NOËL-FICTIVE"),
        ("elodie noel", "Élodie NOËL-FICTIVE"),
    ],
)
def test_accents_and_case_do_not_matter(
    client: Browser, session: Session, ground: Ground, typed: str, found: str
) -> None:
    name(session, ground)
    page = client.get("/recherche", query_string={"q": typed})
    assert page.status_code == 200
    assert found in text_of(page)


def test_companies_are_found_by_siret_and_siae_by_name(
    client: Browser, session: Session, ground: Ground
) -> None:
    siae = trade.siae(session, name="Chantier Éphémère")
    person = trade.person(session, ground.territory, "01/01/2025")
    trade.proposed(session, person, ground.award, siae, "01/02/2025")
    assert ground.company.label in text_of(client.get(f"/recherche?q={ground.company.identifier[:9]}"))
    assert "Chantier Éphémère" in text_of(client.get("/recherche?q=ephemere"))


def test_another_territory_s_things_are_never_found(
    client: Browser, session: Session, ground: Ground
) -> None:
    name(session, trade.market(session), " Ailleurs")
    assert "Rien ne correspond" in text_of(client.get("/recherche?q=ailleurs"))


@pytest.mark.parametrize("typed", ["", " ", "a", "%", "_", "'", "é", "x" * 5000])
def test_what_means_nothing_says_what_to_type(
    client: Browser, session: Session, ground: Ground, typed: str
) -> None:
    page = client.get("/recherche", query_string={"q": typed})
    assert page.status_code == 200
    assert "Écrivez au moins deux" in text_of(page) or "Rien ne correspond" in text_of(page)


def test_at_most_ten_of_each_in_a_constant_number_of_queries(
    client: Browser, session: Session, ground: Ground
) -> None:
    for _ in range(14):
        trade.person(session, ground.territory)
    page = client.get("/recherche?q=camille")
    assert text_of(page).count("Camille") == 10
    assert client.watch is not None
    assert client.watch.selects <= BUDGET
