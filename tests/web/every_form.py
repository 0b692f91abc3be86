"""Every form of the site, found by opening the pages of each role on a territory that has one of everything."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml.html import FormElement, HtmlElement
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from facilitator import (
    attestations,
    candidates,
    contacts,
    difficulties,
    documents,
    eligibility,
    field_actions,
    followup_letters,
    followups,
    frozen_bilans,
    globalisations,
    ledger,
    letter_texts,
    links,
    lot_dates,
    market_files,
    needs,
    operations,
    penalty_constats,
    penalty_files,
    people,
    placement_letters,
    recovery_plans,
    request_decisions,
    survey_campaigns,
    validations,
)
from facilitator.accounts import Membership, User
from facilitator.attestations import Attestation
from facilitator.frozen_bilans import FrozenBilan
from facilitator.journal import now
from facilitator.penalty_words import PenaltyDecision
from facilitator.people import Window
from facilitator.permissions import DOORS
from facilitator.territories import Territory
from facilitator.vocabulary import (
    AnsweredBy,
    BilanKind,
    ContractType,
    FieldActionKind,
    LedgerKind,
    MembershipRole,
    OrganisationRoleName,
)
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of
from tests.trade import day

ROLES = MembershipRole
SIGN_OUT = "sign_in.sign_out"


class Quick(Browser):
    """A browser that sends many forms: their HTML is checked elsewhere."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return FlaskClient.open(self, *args, **kwargs)


@dataclass
class Place:
    """A territory with objects in each state that a form waits for."""

    territory: Territory
    ids: dict[str, list[int]]
    users: dict[MembershipRole, User]
    tokens: list[str]
    exits: list[tuple[int, str, int]] = field(default_factory=list)


def place(app: Flask, session: Session) -> Place:
    """One of everything, through the domain's own verbs."""
    ground = trade.market(session)
    ground.territory.email = "clauses@demo.example"
    session.flush()
    employer = trade.siae(session)
    waiting = trade.person(session, ground.territory, "01/01/2026")
    proposed = trade.proposed(session, waiting, ground.award, employer, "01/02/2026")
    to_company = trade.proposed(
        session,
        waiting,
        ground.award,
        ground.company,
        "01/03/2026",
        mode=trade.PlacementMode.embauche_directe,
    )
    gone = trade.person(session, ground.territory, "01/01/2025")
    fixed = trade.direct(session, gone, ground.award, ContractType.cdd, "01/02/2025", "30/06/2025")
    others = trade.lot(session, ground.territory, hours="100", by_buyer=ground.buyer)
    trade.award(session, others, ground.company)
    lot = ground.lot
    lot_dates.stop(session, lot, day("01/11/2026"), None, "Intempéries", by=None)
    ledger.add_line(
        session,
        lot,
        LedgerKind.tranche,
        Decimal(100),
        effective_on=None,
        option_until=day("31/12/2026"),
        label="TO1",
        by=None,
    )
    papers = [documents.expect(session, lot, f"Pièce {n}", day("15/04/2026"), by=None) for n in (1, 2)]
    documents.receive(session, papers[1], day("16/04/2026"), on=day("16/04/2026"), by=None)
    fiche = eligibility.request(session, waiting, requested_on=day("02/11/2026"), by=None)
    sheets = [
        trade.declared(session, ground.contract, "01/02/2025", "28/02/2025", "100"),
        trade.validated(session, ground.contract, "01/03/2025", "31/03/2025", "100"),
    ]
    refused = trade.declared(session, fixed.contract, "01/02/2025", "28/02/2025", "100")
    validations.refuse(session, refused, "Feuille manquante", on=day("01/03/2025"), by=None)
    hosted = trade.work(
        session, waiting, ground.award, employer, ContractType.ctt, "01/04/2026", "31/12/2026"
    )
    sheets.append(trade.declared(session, hosted.contract, "01/10/2026", "31/10/2026", "63"))
    declaration = links.issue_declaration(
        session,
        ground.company.id,
        day("01/10/2026"),
        "chantier@demo.example",
        at=now(),
        territory_id=ground.territory.id,
    )
    another = trade.person(session, ground.territory, "01/01/2026")
    own = trade.direct(session, another, ground.award, ContractType.cdd, "01/09/2026", "31/12/2026")
    sheets.append(trade.declared(session, own.contract, "01/10/2026", "31/10/2026", "70"))
    agreement = globalisations.record(
        session,
        ground.territory.id,
        ground.company.id,
        {lot.id: None, others.id: None},
        effective_on=day("01/01/2026"),
        by=None,
    )
    someone = contacts.add(
        session, ground.territory.id, ground.company, name="Alix Fictif", email="alix@demo.example", by=None
    )
    relay = contacts.add(
        session,
        ground.territory.id,
        ground.company,
        name="Relais Fictif",
        email="relais@demo.example",
        by=None,
    )
    gone_away = contacts.add(session, ground.territory.id, ground.company, name="Parti Fictif", by=None)
    contacts.leave(session, gone_away, on=day("02/11/2026"), by=None)
    offered = builders.contact_proposal(ground.territory, ground.company)
    session.add(offered)
    for code in letter_texts.LetterCode:
        letter_texts.rewrite(session, ground.territory, code, letter_texts.Words("Bonjour,", ""), by=None)
    site = operations.create(session, ground.territory.id, name="Quartier fictif", by=None)
    plan = recovery_plans.open_plan(
        session,
        lot,
        "Démarrage décalé",
        recovery_plans.Wanted("Accueillir un peintre", "Le conducteur de travaux", day("15/12/2026")),
        on=day("02/11/2026"),
        by=None,
    )
    for name in ("Lou", "Jo"):
        asked = builders.eligibility_request(session, ground.territory, ground.company, name)
    request_decisions.ask_completion(session, asked, "Une attestation", on=day("21/11/2026"), by=None)
    known = people.register(
        session,
        ground.territory.id,
        last_name="Fictif",
        first_name="Jo",
        birth_on=day("01/01/1991"),
        on=day("01/01/2026"),
        by=None,
    )
    trade.fiche(session, known, "01/10/2026")
    users = _users(session, ground, employer)
    wanted, proposed_ids = _needs(session, ground, employer)
    sent, issued = _settled(session, ground)
    over, files, difficulty = _penalised(session, ground)
    batch = market_files.keep(
        session, ground.territory.id, [("decp.json", _decp())], by=users[ROLES.facilitator].id, at=now()
    )
    with app.app_context():
        letter = placement_letters.propose_by_mail(
            session, proposed, "siae@demo.example", at=now(), base_url="http://guichet.example"
        )
    token = letter.text.split("/lien/")[1].split()[0]
    facilitator = users[ROLES.facilitator]
    visit = field_actions.What(FieldActionKind.visit, day("20/11/2026"), 90, "Visite du chantier")
    about = field_actions.About(ground.territory.id, lot.id)
    visits = [
        field_actions.note(session, about, visit, on=on, by=facilitator.id)
        for on in (day("20/11/2026"), day("23/11/2026"))  # one is open to its author today
    ]
    when: dict[str, Any] = {"on": day("02/03/2026"), "at": now(), "by": None}
    survey_campaigns.open_year(session, ground.territory, 2025, **when)
    ids: dict[str, list[int]] = {
        "territory": [ground.territory.id],
        "organisation": [ground.company.id, ground.buyer.id],
        "market": [lot.market_id],
        "lot": [lot.id, over],
        "award": [ground.award.id],
        "document": [each.id for each in papers],
        "field_action": [each.id for each in visits],
        "contact": [someone.id, relay.id, gone_away.id],
        "contact_proposal": [offered.id],
        "mail": [letter.id],
        "operation": [site.id],
        "person": [waiting.id, gone.id],
        "eligibility": [fiche.id],
        "window": list(session.scalars(select(Window.id).where(Window.person_id == gone.id))),
        "placement": [proposed.id, to_company.id, fixed.placement.id],
        "contract": [fixed.contract.id, ground.contract.id],
        "timesheet": [each.id for each in sheets],
        "globalisation": [agreement.id],
        "eligibility_request": [asked.id - 1, asked.id],
        "recovery_plan": [plan.id],
        "import_batch": [batch.id],
        "frozen_bilan": [sent.id],
        "survey_version": [survey_campaigns.send(session, ground.territory, 2025, **when).id],
        "attestation": [issued.id],
        "penalty_file": files,
        "difficulty": [difficulty],
        "need": wanted,
        "need_candidate": proposed_ids,
        "user": [facilitator.id],
        "membership": list(
            session.scalars(select(Membership.id).where(Membership.user_id == facilitator.id))
        ),
    }
    tokens = [token, builders.password_link(session, facilitator), declaration, _asked(app, session, ground)]
    exits = [(gone.id, "2025-06-30", months) for months in (6, 12)]
    session.commit()
    return Place(ground.territory, ids, users, tokens, exits)


def _asked(app: Flask, session: Session, ground: trade.Ground) -> str:
    """The link of a question about somebody who left."""
    left = trade.person(session, ground.territory, "01/01/2025")
    trade.direct(session, left, ground.award, ContractType.cdd, "01/02/2025", "31/07/2025")
    asked = followups.due_of(session, left.id, day("31/07/2025"), 6, day("23/11/2026"))
    whom = followup_letters.Askable(
        ground.company.id, "Entreprise", AnsweredBy.employer, "paie@entreprise.example"
    )
    with app.app_context():
        (letter,) = followup_letters.ask(
            session,
            [(asked, whom)],
            on=day("20/11/2026"),
            at=now(),
            base_url="http://guichet.example",
            by=None,
        )
    return letter.text.split("/reponse/")[1].split()[0]


def _settled(session: Session, ground: trade.Ground) -> tuple[FrozenBilan, Attestation]:
    """A bilan that was sent, and the attestation of a small lot."""
    small = trade.lot(session, ground.territory, hours="7", by_buyer=ground.buyer)
    hired = trade.direct(
        session,
        trade.person(session, ground.territory, "01/01/2025"),
        trade.award(session, small, ground.company),
        ContractType.cdi,
        "01/02/2025",
    )
    trade.month(session, hired.contract, "02/2025", "7")
    scope = frozen_bilans.of_lot(session, ground.lot)
    sent = frozen_bilans.freeze(
        session,
        scope,
        BilanKind.interim,
        on=day("31/10/2026"),
        sent_to="Service achats",
        made_on=day("02/11/2026"),
        at=now(),
        by=None,
    )
    issued = attestations.issue(
        session,
        small,
        None,
        closed_on=day("31/10/2026"),
        on=day("02/11/2026"),
        at=now(),
        by=None,
        base_url="http://guichet.example",
    )
    return sent, issued


def _needs(session: Session, ground: trade.Ground, employer: Any) -> tuple[list[int], list[int]]:
    """A need with somebody to answer and somebody retained, and one that its company asked for."""
    on, lot, award = day("20/11/2026"), ground.lot, ground.award
    contacts.add(session, ground.territory.id, employer, name="Ici Fictif", email="ici@demo.example", by=None)
    open_ = needs.publish_new(
        session, lot, award, needs.Wanted("Peintre", 2, day("01/12/2026")), on=on, by=None
    )
    asked = needs.ask(session, lot, award, needs.Wanted("Maçon", 1, day("01/12/2026")), on=on, by=None)
    found = [
        candidates.propose(
            session,
            open_,
            employer.id,
            candidates.Identity("Fictif", name, day("12/03/1991")),
            None,
            on=on,
            by=None,
        )
        for name in ("Noa", "Swann")
    ]
    candidates.retain(session, found[1], open_, on=on, by=None)
    return [open_.id, asked.id], [each.id for each in found]


def _penalised(session: Session, ground: trade.Ground) -> tuple[int, list[int], int]:
    """Lots that ended: one to state, then a penalty to decide, one to notify and one to settle; a difficulty."""
    lots = []
    for _ in range(4):
        over = trade.lot(
            session,
            ground.territory,
            end="31/12/2025",
            hours="100",
            by_buyer=ground.buyer,
            penalty_rate=Decimal(35),
        )
        trade.award(session, over, ground.company)
        lots.append(over)
    stated_on = day("05/01/2026")
    files = [
        penalty_constats.state(session, each, None, figures_on=stated_on, on=stated_on, by=None)
        for each in lots[1:]
    ]
    for file in (files[0], files[2]):
        penalty_files.give_notice(session, file, stated_on, 15, on=day("01/02/2026"), by=None)
    penalty_files.decide(session, files[2], PenaltyDecision.apply, on=day("01/02/2026"), by=None)
    difficulty = difficulties.signal(
        session,
        ground.award,
        day("01/10/2026"),
        "Deux structures appelées",
        "Un délai",
        on=day("02/10/2026"),
        by=None,
    )
    return lots[0].id, [each.id for each in files], difficulty.id


def _decp() -> bytes:
    market = {
        "id": "2026FICTIF10",
        "acheteur": {"id": "21999001700002"},
        "objet": "Rénovation du gymnase des Tilleuls",
        "nature": "Marché",
        "codeCPV": "45000000",
        "dateNotification": "2026-01-10",
        "datePublicationDonnees": "2026-01-20",
        "titulaires": [],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
    }
    return json.dumps({"marches": {"marche": [market]}}).encode()


def _users(session: Session, ground: trade.Ground, employer: Any) -> dict[MembershipRole, User]:
    referrer = builders.organisation(session, "Mission locale", OrganisationRoleName.referrer)
    places: dict[MembershipRole, Any] = {
        ROLES.facilitator: {"territory": ground.territory},
        ROLES.administrator: {},
        ROLES.siae: {"organisation": employer},
        ROLES.company: {"organisation": ground.company},
        ROLES.authority: {"organisation": ground.buyer},
        ROLES.referrer: {"organisation": referrer},
    }
    return {role: builders.user(session, role, **where) for role, where in places.items()}


@dataclass
class Found:
    """A form in its page, with who opened it."""

    endpoint: str
    role: MembershipRole
    page: TestResponse
    form: FormElement
    target: str


def addresses(app: Flask, here: Place, role: MembershipRole) -> Iterator[str]:
    """Each page that is open to a role, for this territory's objects."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if (
            "GET" in (rule.methods or set())
            and rule.endpoint != "static"
            and DOORS[rule.endpoint].admits(role)
        ):
            for values in _values(rule, here):
                yield adapter.build(rule.endpoint, values)
    if role is ROLES.facilitator:
        yield from _with_questions(here)


def _with_questions(here: Place) -> Iterator[str]:
    """Pages whose form shows once something was chosen in the address."""
    ids = {thing: found[0] for thing, found in here.ids.items() if found}
    sizing = "amount=1000000&labour_percent=50&rate_percent=5&hourly_cost=30"
    yield f"/lots/{ids['lot']}/calibrage?base=labour_share&{sizing}"
    yield f"/fiches/{ids['eligibility']}/valider?critere=rsa"
    yield f"/demandes/{ids['eligibility_request']}/valider?critere=rsa"
    yield f"/globalisations/nouvelle?entreprise={ids['organisation']}"
    yield f"/mises-a-l-emploi/nouvelle?personne={ids['person']}"
    yield f"/mises-a-l-emploi/express?personne={ids['person']}"


def _values(rule: Rule, here: Place) -> Iterator[dict[str, Any]]:
    door = DOORS[rule.endpoint]
    if "exit_on" in rule.arguments:
        for person_id, exit_on, months in here.exits:
            yield {"person_id": person_id, "exit_on": exit_on, "months": months}
    elif "token" in rule.arguments:
        sheets = [{"timesheet_id": each} for each in here.ids["timesheet"]]
        more = sheets if "timesheet_id" in rule.arguments else [{}]
        yield from ({"token": token, **each} for token in here.tokens for each in more)
    elif "month" in rule.arguments:
        yield {"month": "2026-10"}
    elif "indicator" in rule.arguments:
        yield from ({"indicator": each} for each in ("people", "hours_owed"))
    elif "year" in rule.arguments:
        yield from ({"year": year} for year in (2024, 2025, 2026))
    elif door.parameter:
        yield from ({door.parameter: id} for id in here.ids.get(door.thing, []))
    else:
        yield {}


def forms(app: Flask, here: Place, clients: dict[MembershipRole, Quick]) -> dict[str, Found]:
    """The fullest form of each route that takes a POST."""
    found: dict[str, Found] = {}
    for role, client in clients.items():
        for address in addresses(app, here, role):
            page = client.get(address)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            for form in page_of(page).forms:
                if form.method.upper() == "POST":
                    _keep(app, found, role, page, form)
    return found


def _keep(
    app: Flask, found: dict[str, Found], role: MembershipRole, page: TestResponse, form: FormElement
) -> None:
    own = form.get("action") or page.request.full_path.rstrip("?")
    for target in (own, *form.xpath(".//button/@formaction")):  # a button may send it elsewhere
        endpoint, _ = app.url_map.bind("localhost").match(target.split("?")[0], method="POST")
        before = found.get(endpoint)
        if before is None or len(form.fields) > len(before.form.fields):
            found[endpoint] = Found(endpoint, role, page, form, target)


def without_a_form(app: Flask, found: dict[str, Found]) -> set[str]:
    """Routes that take a POST and whose form no page of this territory shows."""
    takes = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    return takes - found.keys()


def signed_in(app: Flask, here: Place) -> dict[MembershipRole, Quick]:
    """A browser for each role."""
    clients = {}
    for role, user in here.users.items():
        clients[role] = Quick(app)
        assert builders.sign_in(clients[role], user).status_code == 303
    return clients


def kind(field_: HtmlElement) -> str:
    """What a field asks for, as a browser sees it."""
    if field_.tag in ("select", "textarea"):
        return str(field_.tag)
    if field_.get("inputmode"):
        return str(field_.get("inputmode"))
    return str(field_.get("type", "text"))


def filled(form: FormElement) -> dict[str, Any]:
    """The form as somebody in good faith would send it."""
    data: dict[str, Any] = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    for name in form.inputs.keys():  # noqa: SIM118 – not a dict
        if not any(data.get(name, [])) and (good := _good(form.inputs[name], name)) is not None:
            data[name] = [good]
    return data


def _good(inputs: Any, name: str) -> str | None:
    first = inputs if hasattr(inputs, "tag") else inputs[0]
    if first.tag == "select":
        return next((each for each in first.value_options if each), None)
    if "siret" in name or name == "identifier":
        return trade.siret(77)
    samples = {
        "radio": first.get("value"),
        "date": "2026-11-02",
        "month": "2026-10",
        "decimal": "7",
        "numeric": "7",
        "email": "quelqu.un@demo.example",
        "text": "Essai",
        "textarea": "Essai",
        "password": "une tortue verte au soleil",
    }
    return samples.get(kind(first))
