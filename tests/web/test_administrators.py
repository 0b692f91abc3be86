"""Administrators: territories, dated parameters, users and roles, organisations."""

import datetime
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.accounts import Membership, User, UserSession
from facilitator.mails import OutboxMail
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.territories import Territory, TerritoryParameter, rules_of
from tests import builders
from tests.forms_in_pages import Browser, form_in, text_of

ADMINISTRATOR = builders.MembershipRole.administrator


@pytest.fixture
def me(client: Browser, session: Session) -> User:
    made = builders.user(session, ADMINISTRATOR)
    builders.sign_in(client, made)
    return made


def test_a_territory_is_created_then_amended(client: Browser, session: Session, me: User) -> None:
    page = client.get("/administration/territoires/nouveau")
    for slug in ("Val d’Exemple", "-a", "é", "a" * 61):
        assert client.submit(page, {"name": "X", "slug": slug, "kind": "plie"}).status_code == 422
    done = client.submit(page, {"name": "PLIE d’Exemple", "slug": "exemple", "kind": "mde"})
    assert done.status_code == 303
    made = session.scalars(select(Territory)).one()
    page = client.get(f"/administration/territoires/{made.id}")
    assert client.submit(page, {"email": "pas une adresse"}).status_code == 422
    assert client.submit(page, {"email": "contact@exemple.example"}).status_code == 303
    session.refresh(made)
    assert (made.email, made.kind) == ("contact@exemple.example", "mde")


def test_the_second_editor_sees_both_versions_and_keeps_what_was_typed(
    client: Browser, session: Session, me: User
) -> None:
    made = builders.territory(session)
    first = client.get(f"/administration/territoires/{made.id}")
    second = client.get(f"/administration/territoires/{made.id}")
    assert client.submit(first, {"name": "Nom du premier"}).status_code == 303
    conflict = client.submit(second, {"name": "Nom du second"})
    assert conflict.status_code == 409
    said = text_of(conflict)
    assert "Nom du premier" in said and "Nom du second" in said
    assert form_in(conflict, ["name"]).fields["name"] == "Nom du second"
    session.refresh(made)
    assert made.name == "Nom du premier"
    assert client.submit(conflict, {"name": "Nom du second"}).status_code == 303
    session.refresh(made)
    assert made.name == "Nom du second"


def parameter(client: Browser, territory: Territory, name: str, value: str, day: str):  # type: ignore[no-untyped-def]
    path = f"/administration/territoires/{territory.id}/parametres"
    page = client.get(path)
    found = next(f for f in builders.page_of(page).forms if f.fields.get("name") == name)
    data = {**dict(found.form_values()), "value": value, "effective_on": day}
    return client.post(path, data=data)


def test_a_parameter_holds_from_its_day_on(client: Browser, session: Session, me: User) -> None:
    here = builders.territory(session)
    assert parameter(client, here, "window_months", "18", "2026-03-01").status_code == 303
    rules = rules_of(session, here.id)
    assert rules.on(datetime.date(2026, 2, 28)).window_months == 24
    assert rules.on(datetime.date(2026, 3, 1)).window_months == 18
    page = client.get(f"/administration/territoires/{here.id}/parametres")
    assert "18 mois à compter du 1er mars 2026" in text_of(page)


@pytest.mark.parametrize(
    ("value", "day", "said"),
    [
        ("NaN", "2026-03-01", "nombre entier"),
        ("0", "2026-03-01", "de 1 à 60"),
        ("1e309", "2026-03-01", "nombre entier"),
        ("18", "2026-02-30", "n’existe pas au calendrier"),
        ("18", "", "Renseignez"),
        ("", "2026-03-01", "Renseignez"),
        ("18", "2500-01-01", "hors de 1900"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_wrong_parameter_says_why_and_keeps_what_was_typed(
    client: Browser, session: Session, me: User, value: str, day: str, said: str
) -> None:
    here = builders.territory(session)
    refused = parameter(client, here, "window_months", value, day)
    assert refused.status_code == 422
    assert said in text_of(refused)
    assert f'value="{value}"' in refused.get_data(as_text=True)
    assert session.scalars(select(TerritoryParameter)).all() == []


def test_a_new_user_gets_a_link_shown_once_and_mailed(client: Browser, session: Session, me: User) -> None:
    page = client.get("/administration/utilisateurs/nouveau")
    done = client.submit(page, {"name": "Alix Démo", "email": "Alix@demo.example"})
    shown = text_of(client.get(done.location))
    address = re.search(r"/lien/mot-de-passe/[\w-]+", shown)
    assert address is not None
    assert address.group() not in text_of(client.get(done.location))
    letter = session.scalars(select(OutboxMail)).one()
    assert letter.recipient == "alix@demo.example" and address.group() in letter.text
    new = {"password": "quatre mots bien choisis", "again": "quatre mots bien choisis"}
    assert client.submit(client.get(address.group()), new).status_code == 303
    twice = client.submit(
        client.get("/administration/utilisateurs/nouveau"),
        {"name": "Encore", "email": "alix@demo.example"},
    )
    assert twice.status_code == 422 and "existe déjà" in text_of(twice)


def test_a_role_is_given_in_its_place_and_taken_away(client: Browser, session: Session, me: User) -> None:
    here, someone = builders.territory(session), builders.user(session)
    buyer = builders.organisation(session, "Ville d’Exemple")
    path = f"/administration/utilisateurs/{someone.id}"
    roles = f"{path}/roles"

    def give(**values: str):  # type: ignore[no-untyped-def]
        return client.submit(
            client.get(path), {f"role-{name}": value for name, value in values.items()}, form=roles
        )

    assert give(role="facilitator").status_code == 422
    assert give(role="authority", siret="12345678901234").status_code == 422
    assert give(role="authority", siret=builders.siret()).status_code == 422
    assert give(role="facilitator", territory=str(here.id)).status_code == 303
    assert give(role="facilitator", territory=str(here.id)).status_code == 422
    assert give(role="authority", siret=buyer.identifier).status_code == 303
    held = session.scalars(select(Membership).where(Membership.user_id == someone.id)).all()
    assert {each.role for each in held} == {"facilitator", "authority"}
    button = f"/administration/utilisateurs/roles/{held[0].id}/retirer"
    assert client.submit(client.get(path), form=button).status_code == 303


def test_closing_an_account_ends_its_sessions_and_ones_own_cannot_be_closed(
    client: Browser, session: Session, me: User
) -> None:
    here = builders.chain(session, "ici")
    someone = here.users[builders.MembershipRole.facilitator]
    path = f"/administration/utilisateurs/{someone.id}"
    assert client.submit(client.get(path), form=f"{path}/fermer").status_code == 303
    rows = session.scalars(select(UserSession).where(UserSession.user_id == someone.id))
    assert all(each.revoked_at is not None for each in rows)
    assert client.submit(client.get(path), form=f"{path}/rouvrir").status_code == 303
    mine = f"/administration/utilisateurs/{me.id}"
    refused = client.submit(client.get(mine), form=f"{mine}/fermer")
    assert refused.status_code == 422 and "votre propre compte" in text_of(refused)


def test_an_organisation_is_recorded_once_and_its_roles_are_noted(
    client: Browser, session: Session, me: User
) -> None:
    siret = builders.siret()
    for typed in (f"{siret[:3]} {siret[3:9]} {siret[9:]}", siret):
        page = client.get("/administration/organisations/nouvelle")
        assert client.submit(page, {"siret": typed, "name": "Ville d’Exemple"}).status_code == 303
    made = session.scalars(select(Organisation)).one()
    path = f"/administration/organisations/{made.id}"
    roles = f"{path}/roles"
    wrong = client.submit(client.get(path), {"role-role": "company", "role-kind": "ACI"}, form=roles)
    assert wrong.status_code == 422
    for _ in range(2):
        client.submit(client.get(path), {"role-role": "siae", "role-kind": "ACI"}, form=roles)
    kept = session.scalars(select(OrganisationRole)).one()
    assert (kept.role, kept.kind) == ("siae", "ACI")
    found = client.get(f"/administration/organisations?q={siret[:9]}")
    assert "Ville d’Exemple" in text_of(found)
    assert client.submit(client.get(path), form=f"{roles}/retirer").status_code == 303
    assert session.scalars(select(OrganisationRole)).all() == []
