"""Every page of every role on the demonstration: axe finds nothing, nothing sticks out, the keyboard leads somewhere."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from facilitator import journal, sessions, visibility
from facilitator.accounts import User
from facilitator.contracts import Contract
from facilitator.eligibility import OPEN_STATES
from facilitator.hours import Timesheet
from facilitator.people import Eligibility
from facilitator.permissions import DOORS, PUBLIC
from facilitator.placements import Placement
from facilitator.sessions import Member
from facilitator.vocabulary import MembershipRole, PlacementState, TimesheetState
from facilitator.web import clock
from tests.browser.test_the_chain import PUBLISHED
from tests.browser.visitors import ACCOUNTS, Site, Visitor, sticking_out

pytestmark = pytest.mark.browser

FACILITATOR = MembershipRole.facilitator
# What the address of a page does not name, and that it needs to show something.
QUESTIONS = {"placements.new": "personne", "globalisations.new": "entreprise"}
# Answers that are no page: a list for a script, what only the receiver of a letter opens, and downloads.
NO_PAGES = {"people.duplicates", "static", "health.state"}
DOWNLOADS = (".pdf", ".xlsx")
# Proposed, requested, declared: what one may still answer comes first.
WAITING = (
    (Placement, Placement.state == PlacementState.proposed),
    (Timesheet, Timesheet.state == TimesheetState.declared),
    (Eligibility, Eligibility.state.in_(OPEN_STATES)),
)


def member_of(session: Session, role: MembershipRole) -> Member:
    """The demonstration's account of a role, as the site knows it once signed in."""
    user_id = session.scalars(select(User.id).where(User.email == ACCOUNTS[role][0])).one()
    token = sessions.begin(session, user_id, at=journal.now())
    session.commit()
    member = sessions.member_of(session, token, at=journal.now())
    assert member is not None
    return member


def ids(session: Session, member: Member, thing: str) -> list[int]:
    """Real objects of a kind that the member reaches: the first, and one that still waits when there is one."""
    plural = (
        f"{thing[:-1]}ies"
        if thing.endswith("y")
        else "import_batches"
        if thing == "import_batch"
        else f"{thing}s"
    )
    visible: Select[tuple[object]] = getattr(visibility, plural)(member)
    model = visible.column_descriptions[0]["entity"]
    found = list(session.scalars(visible.with_only_columns(model.id).order_by(model.id).limit(1)))
    for kind, waits in WAITING:
        if kind is model:
            waiting = visible.where(waits).with_only_columns(model.id).order_by(model.id).limit(1)
            found += [each for each in session.scalars(waiting) if each not in found]
    return found


def paths(app: Flask, session: Session, role: MembershipRole | None) -> Iterator[str]:
    """Each page that a role reaches, generated from the register of doors."""
    member = member_of(session, role) if role else None
    for rule in app.url_map.iter_rules():
        door = DOORS[rule.endpoint]
        if (
            "GET" not in (rule.methods or ())
            or rule.endpoint in NO_PAGES
            or rule.rule.endswith(DOWNLOADS)
            or rule.arguments - {door.parameter}
        ):
            continue
        if (door.needs is PUBLIC) if member is None else (door.needs is not PUBLIC and door.admits(role)):
            for value in ids(session, member, door.thing) if member and door.thing else [""]:
                yield re.sub(r"<[^>]*>", str(value), rule.rule) + question(session, rule.endpoint, member)


def question(session: Session, endpoint: str, member: Member | None) -> str:
    if endpoint not in QUESTIONS or member is None:
        return ""
    thing = {"personne": "person", "entreprise": "organisation"}[QUESTIONS[endpoint]]
    return f"?{QUESTIONS[endpoint]}={ids(session, member, thing)[0]}"


def faults(visitor: Visitor, path: str) -> Iterator[str]:
    """What is wrong with a page, on a desk and on the smallest phone."""
    page = visitor.page
    answer = page.goto(f"{visitor.address}{path}")
    if answer is None or answer.status != 200:
        yield f"answers {answer and answer.status}"
        return
    headings = page.locator("h1").all_inner_texts()
    if len(headings) != 1 or not page.title().startswith(" ".join(headings[0].split())):
        yield f"headings {headings}, title {page.title()!r}"
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        yield from (
            f"{width} px: {each['id']} {[node['target'] for node in each['nodes']][:3]}"
            for each in found.response["violations"]
        )
        if out := sticking_out(page):
            yield out


@pytest.mark.parametrize("role", [None, *MembershipRole])
def test_every_page_of_a_role_can_be_read_by_everybody(
    app: Flask, site: Site, aside: Session, role: MembershipRole | None
) -> None:
    visitor = site.enter(role) if role else site.visitor()
    if role is FACILITATOR:  # an import that waits for its confirmation has a page of its own
        visitor.go("/marches/importer").locator("[name=files]").set_input_files(PUBLISHED)
        visitor.press("Lire les fichiers")
        visitor.told("Rien n’est encore importé")
    found = list(paths(app, aside, role))
    if role is FACILITATOR:  # a call names its person, its work and its milestone
        found.append(visitor.go("/suivis").locator("main table a").first.get_attribute("href") or "")
    wrong = {path: said for path in found if (said := list(faults(visitor, path)))}
    assert not wrong, "\n".join(f"{path}: {said}" for path, said in wrong.items())
    assert len(found) >= (45 if role is FACILITATOR else 1)


def test_the_keyboard_goes_first_to_the_content(facilitator: Visitor) -> None:
    page = facilitator.go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_hours_are_recorded_without_javascript(site: Site, aside: Session) -> None:
    desk = site.enter(FACILITATOR, java_script_enabled=False)
    running = visibility.contracts(member_of(aside, FACILITATOR)).where(
        Contract.from_on <= clock.today().replace(day=1),
        Contract.to_on > clock.today(),
        Contract.ended_on.is_(None),
    )
    contract = aside.scalars(running.order_by(Contract.id.desc()).limit(1)).one()
    desk.go(f"/contrats/{contract.id}")
    desk.follow("Saisir un relevé")
    if desk.page.get_by_role("link", name="Mois suivant").count():
        desk.follow("Mois suivant")  # the last one is declared already
    desk.fill(from_on=clock.today().replace(day=1).isoformat(), to_on=clock.today().isoformat())
    desk.fill(worked="1e309")
    desk.press("Enregistrer le relevé")
    desk.told("Rien n’est encore enregistré")
    expect(desk.page.locator("[name=worked]")).to_have_value("1e309")
    desk.complaints.clear()  # the console tells the refusal, which was wanted
    desk.fill(worked="12,5")
    desk.press("Enregistrer le relevé")
    desk.told("il attend sa validation")
