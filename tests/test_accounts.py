"""Accounts, passwords, territories and organisations through their verbs and the command line."""

import time
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import accounts, organisations, passwords, territories
from facilitator.accounts import AccountRefused, Membership, User
from facilitator.cli import cli
from facilitator.commands import frame
from facilitator.db import take_touched
from facilitator.organisations import OrganisationRefused
from facilitator.passwords import PasswordRefused, Safe, refuse_weak
from facilitator.territories import Territory, TerritoryRefused
from facilitator.vocabulary import MembershipRole, OrganisationRoleName
from tests import builders

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Court1!", "de 12 à 200"),
        ("a" * 201, "de 12 à 200"),
        ("123456789012", "trop simple"),
        ("aaaaaaaaaaaaaaaa", "trop simple"),
        ("Motdepasse2026!", "plus employés"),
        ("Azertyuiop123!", "plus employés"),
        ("abcdefghijklmn", "plus employés"),
        ("camille.demo et du sel", "adresse"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, said: str) -> None:
    with pytest.raises(PasswordRefused, match=said):
        refuse_weak(password, "camille.demo@demo.example")


@pytest.mark.parametrize("password", ["tortue verte au soleil", "Xk3!pL9#qR7$", "éléphant œuvre ça"])
def test_a_long_or_varied_password_is_accepted(password: str) -> None:
    refuse_weak(password, "camille.demo@demo.example")


def test_hashes_cost_what_is_asked_and_an_unknown_address_takes_as_long() -> None:
    safe = Safe(time=3, memory_kib=65536, parallelism=4)
    stored = safe.hash("tortue verte au soleil")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert safe.opens(stored, "tortue verte au soleil")
    safe.opens(None, "décoi")

    def lasted(stored: str | None) -> float:
        begun = time.process_time()
        assert not safe.opens(stored, "pas le bon")
        return time.process_time() - begun

    known, unknown = lasted(stored), lasted(None)
    assert 0.3 < known / unknown < 3


def test_an_account_has_one_address_and_waits_for_its_password(session: Session) -> None:
    made = accounts.create_user(session, " Camille@Demo.example ", "Camille", None, by=None)
    assert (made.email, made.password_hash) == ("camille@demo.example", None)
    assert not passwords.opens(made.password_hash, "")
    with pytest.raises(AccountRefused, match="existe déjà"):
        accounts.create_user(session, "CAMILLE@demo.example", "Autre", None, by=None)
    assert not accounts.has_demo_users(session)
    accounts.create_user(session, "demo@demo.example", "Démo", None, by=None, demo=True)
    assert accounts.has_demo_users(session)


def test_a_role_needs_its_place_and_is_given_once(session: Session) -> None:
    here, someone = builders.territory(session), builders.user(session)
    buyer = builders.organisation(session, "Ville d’Exemple")

    def give(role: str, **where: Any) -> Membership:
        return accounts.add_membership(session, someone, MembershipRole(role), by=None, **where)

    for role, where in (
        ("facilitator", {}),
        ("facilitator", {"organisation_id": buyer.id}),
        ("authority", {"territory_id": here.id}),
        ("administrator", {"territory_id": here.id}),
    ):
        with pytest.raises(AccountRefused):
            give(role, **where)
    give("facilitator", territory_id=here.id)
    give("administrator")
    with pytest.raises(AccountRefused, match="déjà ce rôle"):
        give("administrator")


def test_an_identifier_names_one_organisation(session: Session) -> None:
    siret = builders.siret()
    bare = organisations.find_or_create(session, "SIRET", siret)
    assert bare.label == f"SIRET {siret}"
    named = organisations.find_or_create(session, "SIRET", f"{siret[:9]} {siret[9:]}", "Bâtir")
    assert named.id == bare.id and named.name == "Bâtir"
    assert organisations.by_siret(session, siret) is bare
    organisations.find_or_create(session, "TVA", "FR40303265045", "Étrangère")
    for scheme, identifier in (("SIRET", "12345678901234"), ("RIEN", "1"), ("TVA", "")):
        with pytest.raises(OrganisationRefused):
            organisations.find_or_create(session, scheme, identifier)
    with pytest.raises(OrganisationRefused, match="catégorie"):
        organisations.add_role(session, bare, OrganisationRoleName.authority, "ACI")


def test_a_parameter_touches_the_verdicts_of_its_territory(session: Session) -> None:
    here = builders.territory(session)
    for value in ("18", "12"):  # typed twice for the same day: the last one holds
        territories.set_parameter(
            session, here, "window_months", value, effective_on=builders.DAY(2026, 1, 1), by=None
        )
    assert take_touched(session) == {"territory": {here.id}}
    assert territories.rules_of(session, here.id).on(builders.DAY(2026, 1, 1)).window_months == 12
    with pytest.raises(TerritoryRefused, match="déjà le nom court"):
        builders.territory(session)


def run(app: Flask, *args: str, typed: str = "") -> Any:
    """Run a command as the console script does, with what is typed on its input."""
    runner = CliRunner()
    with runner.isolation(input=typed) as outputs:
        code = frame.run(cli, args, app)
        return code, outputs[0].getvalue().decode(), outputs[1].getvalue().decode()


def test_a_territory_and_its_facilitator_come_from_the_command_line(app: Flask, session: Session) -> None:
    code, out, said = run(
        app, "territory", "create", "exemple", "--name", "PLIE d’Exemple", "--kind", "plie", "--json"
    )
    assert code == 0 and '"slug": "exemple"' in out and "créé" in said
    user = ["user", "create", "--name", "Camille", "--role", "facilitator", "--territory", "exemple"]
    password = ["--password-stdin", "--email", "camille@demo.example"]
    assert run(app, *user, *password, typed="tortue verte au soleil\n")[0] == 0
    made = session.scalars(select(User)).one()
    assert passwords.opens(made.password_hash, "tortue verte au soleil")
    code, out, _ = run(app, *user, "--email", "alix@demo.example")
    assert code == 0 and out.startswith("/lien/mot-de-passe/")


@ON_SQLITE
def test_a_refused_command_writes_nothing(app: Flask, session: Session) -> None:
    user = ["user", "create", "--name", "Camille", "--email", "c@demo.example"]
    assert run(app, *user, "--role", "facilitator", "--territory", "absent")[0] == 1
    assert run(app, *user, "--role", "facilitator")[0] == 1
    assert run(app, *user, "--role", "inconnu")[0] == 2
    assert run(app, "territory", "create", "É", "--name", "X", "--kind", "plie")[0] == 1
    assert session.scalars(select(User)).all() == []
    assert session.scalars(select(Territory)).all() == []
