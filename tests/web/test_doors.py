"""Every route × every role × own, foreign, unknown and malformed objects: generated from the register."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from facilitator import permissions
from facilitator.permissions import DOORS, PUBLIC, Door, UnregisteredDoors, check_register
from facilitator.vocabulary import MembershipRole
from tests import builders
from tests.builders import Chain
from tests.forms_in_pages import Browser, page_of

ROLES = list(MembershipRole)
FACILITATOR, ADMINISTRATOR = MembershipRole.facilitator, MembershipRole.administrator
PLACED = {"person", "placement", "contract"}
# Which objects of its own chain each role reaches; what is not here is a 404, own or not.
REACHES: dict[MembershipRole, set[str]] = {
    ADMINISTRATOR: {"territory", "user", "membership", "organisation"},
    FACILITATOR: {
        *(
            "territory",
            "organisation",
            "operation",
            "contact",
            "contact_proposal",
            "mail",
            "market",
            "lot",
            "award",
        ),
        *("person", "eligibility", "window", "placement", "contract", "timesheet"),
        *("globalisation", "followup", "import_batch", "recovery_plan", "session"),
        *("document", "field_action"),
        *("frozen_bilan", "attestation", "eligibility_request", "survey_version"),
        *("penalty_file", "difficulty"),
        *("need", "need_candidate"),
    },
    MembershipRole.authority: {
        *("frozen_bilan", "attestation", "market", "lot", "award"),
        *("penalty_file", "difficulty"),
    },
    MembershipRole.company: {
        "organisation",
        "eligibility_request",
        "attestation",
        "penalty_file",
        "difficulty",
        "market",
        "lot",
        "award",
        *PLACED,
    },
    MembershipRole.siae: {"timesheet", "need", "need_candidate", *PLACED},
    MembershipRole.referrer: {"person", "followup", "need"},
}
# What is shared by all territories for a role: another’s is reached as one’s own.
SHARED = {(ADMINISTRATOR, thing) for thing in REACHES[ADMINISTRATOR]} | {(FACILITATOR, "organisation")}
MALFORMED = ("0", "99999999999999999999")
NO_NUMBERS = ("-1", "abc", "1.5", "1%20OR%201=1")  # no route has such an address, whoever asks
UNKNOWN = "987654321"
# Values of the parameters that do not name an owned object.
SAMPLES = {
    "indicator": "people",
    "year": "2026",
    "month": "2026-02",
    "token": "unknown",
    "filename": "facilitator.css",
}


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each (route, method) behind a door that asks for somebody; reads first, signing out last."""
    found = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if DOORS[rule.endpoint].needs is not PUBLIC
    ]
    yield from sorted(found, key=lambda each: (each[0].endpoint == "sign_in.sign_out", each[1]))


def address(rule: Rule, door: Door, value: str) -> str:
    """The route’s address with this value for its owned object."""

    def fill(found: re.Match[str]) -> str:
        name = found.group(2)
        return value if name == door.parameter else SAMPLES.get(name, "1")

    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", fill, rule.rule)


def send(client: Browser, method: str, path: str, token: str) -> TestResponse:
    if method == "GET":
        return client.get(path)
    return client.post(path, data={"csrf_token": token})


@pytest.fixture
def chains(session: Session) -> tuple[Chain, Chain]:
    return builders.chain(session, "ici"), builders.chain(session, "ailleurs")


def targets(role: MembershipRole, door: Door, here: Chain, elsewhere: Chain) -> Iterator[tuple[str, bool]]:
    """Values for the object of a route, and whether each is reached by the role."""
    if not door.thing:
        yield "", True
        return
    for value in (UNKNOWN, *MALFORMED):
        yield value, False
    yield str(elsewhere.ids[door.thing]), (role, door.thing) in SHARED
    yield str(here.ids[door.thing]), door.thing in REACHES[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_comes_through_its_own_doors_to_its_own_objects_and_no_others(
    app: Flask, client: Browser, chains: tuple[Chain, Chain], role: MembershipRole
) -> None:
    here, elsewhere = chains
    assert builders.sign_in(client, here.users[role]).status_code == 303
    token = page_of(client.get("/compte")).xpath("//input[@name='csrf_token']/@value")[0]
    wrong = []
    for rule, method in routes(app):
        door = DOORS[rule.endpoint]
        for value, reached in targets(role, door, here, elsewhere):
            status = send(client, method, address(rule, door, value), token).status_code
            expected = door.admits(role) and reached
            if (status in (400, 403, 404, 405) or status >= 500) if expected else status != 404:
                wrong.append((rule.endpoint, method, value, status, expected))
    assert not wrong


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_address_without_a_number_names_nothing(
    app: Flask, client: Browser, chains: tuple[Chain, Chain]
) -> None:
    builders.sign_in(client, chains[0].users[FACILITATOR])
    found = [(rule, method) for rule, method in routes(app) if DOORS[rule.endpoint].thing]
    for rule, method in found:
        for value in NO_NUMBERS:
            path = address(rule, DOORS[rule.endpoint], value)
            assert client.open(path, method=method).status_code == 404, path
    assert len(found) > 100


def test_a_stranger_is_sent_to_sign_in_by_every_door(
    app: Flask, client: Browser, chains: tuple[Chain, Chain]
) -> None:
    here, _ = chains
    for rule, method in routes(app):
        door = DOORS[rule.endpoint]
        path = address(rule, door, str(here.ids.get(door.thing, "")))
        answer = client.open(path, method=method)
        assert answer.status_code == (302 if method == "GET" else 303), (rule.endpoint, method)
        assert answer.location.startswith("/connexion"), rule.endpoint


def test_unknown_and_forbidden_read_the_same(client: Browser, chains: tuple[Chain, Chain]) -> None:
    here, elsewhere = chains
    builders.sign_in(client, here.users[MembershipRole.siae])
    pages = [
        re.sub(r'value="[^"]*"', "", client.get(path).text)
        for path in (
            f"/administration/territoires/{elsewhere.territory.id}",
            f"/administration/territoires/{UNKNOWN}",
            "/nulle-part",
        )
    ]
    assert pages[0] == pages[1] == pages[2]


def test_a_form_without_its_token_is_refused(
    app: Flask, client: Browser, chains: tuple[Chain, Chain]
) -> None:
    here, _ = chains
    builders.sign_in(client, here.users[FACILITATOR])
    for rule, method in routes(app):
        door = DOORS[rule.endpoint]
        if method == "POST" and door.admits(FACILITATOR):
            path = address(rule, door, str(here.ids.get(door.thing, "")))
            assert client.post(path).status_code == 400, rule.endpoint


def test_each_id_in_an_address_is_declared_in_the_register(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        door = DOORS[rule.endpoint]
        named = {each for each in rule.arguments if each.endswith("_id")}
        assert named == ({door.parameter} if door.parameter else set()), rule.endpoint
        assert not door.thing or any(door.thing in things for things in REACHES.values())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_route_that_nobody_declared_stops_the_start(app: Flask) -> None:
    known = [rule.endpoint for rule in app.url_map.iter_rules()]
    with pytest.raises(UnregisteredDoors, match="planted"):
        check_register([*known, "planted.route"])
    with pytest.raises(UnregisteredDoors, match="public"):
        check_register(each for each in known if each != "public.home")


def test_the_administrator_opens_nothing_about_people() -> None:
    granted = permissions.GRANTS[ADMINISTRATOR]
    # The survey is read masked: whole territories, never a line of anybody.
    assert granted == {permissions.Permission.administer, permissions.Permission.read_survey}
