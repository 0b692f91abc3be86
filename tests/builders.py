"""Small rows for tests: a territory, its accounts, and the chain from a market to a relevé."""

import datetime
import hashlib
import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session
from stdnum import luhn

from facilitator import (
    accounts,
    candidates,
    documents,
    field_actions,
    links,
    needs,
    organisations,
    people,
    recovery_plans,
    request_asking,
    sessions,
    survey_campaigns,
    territories,
)
from facilitator.accounts import Membership, User, UserSession
from facilitator.attestations import Attestation
from facilitator.awards import Award
from facilitator.candidates import NeedCandidate
from facilitator.contact_changes import ContactProposal
from facilitator.contracts import Contract, PlacementContract
from facilitator.difficulties import Difficulty
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.followups import FollowUp
from facilitator.frozen_bilans import FrozenBilan
from facilitator.hours import Globalisation, Share, Timesheet
from facilitator.import_batches import ImportBatch
from facilitator.journal import now
from facilitator.mails import OutboxMail
from facilitator.markets import Lot, Market, Operation
from facilitator.needs import Need
from facilitator.organisations import Contact, Organisation
from facilitator.penalty_files import PenaltyFile
from facilitator.people import Eligibility, Person, Window
from facilitator.placements import Placement
from facilitator.recovery_plans import RecoveryPlan
from facilitator.request_lines import Asked
from facilitator.survey_campaigns import SurveyVersion
from facilitator.territories import Territory
from facilitator.vocabulary import (
    AwardRole,
    Channel,
    ContractType,
    EligibilityState,
    FieldActionKind,
    FollowUpOutcome,
    MembershipRole,
    OrganisationRoleName,
    PlacementMode,
    PlacementState,
    Standing,
    TerritoryKind,
    TimesheetState,
)
from facilitator.web.guard import SEEN_AT
from tests.forms_in_pages import page_of

PASSWORD = "tortue verte au soleil"
DAY = datetime.date
_numbers = itertools.count(1)


def siret() -> str:
    """A new SIRET whose key is right, of nobody."""
    body = f"900{next(_numbers):05d}"
    siren = body + luhn.calc_check_digit(body)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


def territory(session: Session, slug: str = "val-d-exemple") -> Territory:
    return territories.create(session, slug, f"PLIE {slug}", TerritoryKind.plie, by=None)


def organisation(session: Session, name: str, *roles: OrganisationRoleName) -> Organisation:
    made = organisations.find_or_create(session, "SIRET", siret(), name)
    for role in roles:
        organisations.add_role(session, made, role)
    return made


def user(
    session: Session,
    role: MembershipRole | None = None,
    *,
    territory: Territory | None = None,
    organisation: Organisation | None = None,
    email: str | None = None,
    name: str = "Camille Démo",
) -> User:
    """An account with the password PASSWORD, in one role."""
    made = accounts.create_user(
        session, email or f"compte{next(_numbers)}@demo.example", name, PASSWORD, by=None
    )
    if role is not None:
        accounts.add_membership(
            session,
            made,
            role,
            by=None,
            territory_id=territory.id if territory else None,
            organisation_id=organisation.id if organisation else None,
        )
    return made


def market(session: Session, territory: Territory, buyer: Organisation, **fields: Any) -> Market:
    made = Market(
        territory_id=territory.id,
        buyer_id=buyer.id,
        created_at=now(),
        **{"decp_id": f"M{next(_numbers)}", "object": "Groupe scolaire d’exemple", **fields},
    )
    return _kept(session, made)


def lot(session: Session, market: Market, number: str = "1", **fields: Any) -> Lot:
    made = Lot(
        territory_id=market.territory_id,
        market_id=market.id,
        number=number,
        **{
            "title": f"Lot {number} – Peinture",
            "tolerance_kind": "none",
            "groupement_form": "solidaire",
            "periodicity": "monthly",
            **fields,
        },
    )
    return _kept(session, made)


def award(session: Session, lot: Lot, company: Organisation, parent: Award | None = None) -> Award:
    role = AwardRole.sous_traitant if parent else AwardRole.titulaire
    made = Award(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        organisation_id=company.id,
        parent_id=parent.id if parent else None,
        role=role,
        created_at=now(),
    )
    return _kept(session, made)


def person(session: Session, territory: Territory, **fields: Any) -> Person:
    number = next(_numbers)
    names = {"last_name": f"Fictif{number}", "first_name": "Alix", **fields}
    made = Person(
        territory_id=territory.id,
        search_name=people.normalised(names["last_name"], names["first_name"]),
        created_at=now(),
        **names,
    )
    return _kept(session, made)


def eligibility(session: Session, person: Person) -> Eligibility:
    """A validated fiche, with its window from 1 January 2026."""
    day = DAY(2026, 1, 1)
    made = _kept(
        session,
        Eligibility(
            territory_id=person.territory_id,
            person_id=person.id,
            state=EligibilityState.validated,
            requested_on=day,
            decided_on=day,
            effective_on=day,
        ),
    )
    _kept(
        session,
        Window(
            territory_id=person.territory_id,
            person_id=person.id,
            eligibility_id=made.id,
            from_on=day,
        ),
    )
    return made


def placement(
    session: Session,
    person: Person,
    award: Award,
    employer: Organisation,
    host: Organisation,
    state: PlacementState = PlacementState.proposed,
) -> Placement:
    made = Placement(
        territory_id=award.territory_id,
        person_id=person.id,
        lot_id=award.lot_id,
        award_id=award.id,
        employer_id=employer.id,
        host_id=host.id,
        mode=PlacementMode.mise_a_disposition,
        from_on=DAY(2026, 2, 1),
        state=state,
        proposed_on=DAY(2026, 1, 15),
        created_at=now(),
    )
    return _kept(session, made)


def contract(
    session: Session, person: Person, employer: Organisation, placement: Placement | None = None
) -> Contract:
    made = _kept(
        session,
        Contract(
            territory_id=person.territory_id,
            person_id=person.id,
            employer_id=employer.id,
            type=ContractType.cddi,
            from_on=DAY(2026, 2, 1),
            to_on=DAY(2026, 7, 31),
            weekly_hours=Decimal(35),
            created_at=now(),
        ),
    )
    if placement is not None:
        _kept(session, PlacementContract(placement_id=placement.id, contract_id=made.id))
    return made


def timesheet(session: Session, contract: Contract, placement: Placement) -> Timesheet:
    """A relevé of February 2026, 100 h, awaiting, with its share."""
    made = _kept(
        session,
        Timesheet(
            territory_id=contract.territory_id,
            contract_id=contract.id,
            person_id=contract.person_id,
            month=DAY(2026, 2, 1),
            from_on=DAY(2026, 2, 1),
            to_on=DAY(2026, 2, 28),
            worked=Decimal(100),
            state=TimesheetState.declared,
            channel=next(iter(Channel)),
            declared_on=DAY(2026, 3, 2),
            created_at=now(),
        ),
    )
    _kept(
        session,
        Share(
            territory_id=contract.territory_id,
            timesheet_id=made.id,
            placement_id=placement.id,
            lot_id=placement.lot_id,
            award_id=placement.award_id,
            person_id=contract.person_id,
            month=made.month,
            to_on=made.to_on,
            hours=Decimal(100),
            standing=Standing.awaiting,
            unretained=Decimal(100),
        ),
    )
    return made


def followup(session: Session, person: Person) -> FollowUp:
    made = FollowUp(
        territory_id=person.territory_id,
        person_id=person.id,
        exit_on=DAY(2026, 1, 31),
        milestone=6,
        reference_on=DAY(2026, 7, 31),
        outcome=FollowUpOutcome.unreachable,
        called_on=DAY(2026, 8, 3),
        tries=1,
        recorded_at=now(),
    )
    return _kept(session, made)


def recovery_plan(session: Session, lot: Lot) -> RecoveryPlan:
    """An open plan with one step."""
    first = recovery_plans.Wanted("Accueillir deux peintres", "Le titulaire", DAY(2026, 12, 15))
    return recovery_plans.open_plan(session, lot, "Retard", first, on=DAY(2026, 11, 2), by=None)


def eligibility_request(
    session: Session, territory: Territory, asker: Organisation, first_name: str = "Lou"
) -> EligibilityRequest:
    """A request to validate somebody who is registered nowhere."""
    asked = Asked("Fictif", first_name, DAY(1990, 3, 12))
    return request_asking.ask(session, territory.id, asker.id, asked, on=DAY(2026, 11, 20), by=None)


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


@dataclass
class Chain:
    """One territory with one of everything; `ids` gives the id of each kind of thing that a URL may name."""

    territory: Territory
    buyer: Organisation
    company: Organisation
    siae: Organisation
    ids: dict[str, int] = field(default_factory=dict)
    users: dict[MembershipRole, User] = field(default_factory=dict)


def chain(session: Session, slug: str) -> Chain:
    """A market, a lot, its company, a person at work through a SIAE, and an account for each role."""
    names = OrganisationRoleName
    here = Chain(
        territory(session, slug),
        organisation(session, f"Ville de {slug}", names.authority),
        organisation(session, f"Bâtir {slug}", names.company),
        organisation(session, f"Chantier {slug}", names.siae),
    )
    _work(session, here)
    _accounts(session, here)
    return here


def _work(session: Session, here: Chain) -> None:
    here_market = market(session, here.territory, here.buyer)
    here_lot = lot(session, here_market)
    here_award = award(session, here_lot, here.company)
    someone = person(session, here.territory)
    fiche = eligibility(session, someone)
    at_work = placement(session, someone, here_award, here.siae, here.company)
    signed = contract(session, someone, here.siae, at_work)
    sheet = timesheet(session, signed, at_work)
    rows: dict[str, Any] = {
        "territory": here.territory,
        "organisation": here.company,
        "market": here_market,
        "lot": here_lot,
        "award": here_award,
        "person": someone,
        "eligibility": fiche,
        "window": session.query(Window).filter_by(eligibility_id=fiche.id).one(),
        "placement": at_work,
        "contract": signed,
        "timesheet": sheet,
        "followup": followup(session, someone),
        "eligibility_request": eligibility_request(session, here.territory, here.company),
        "recovery_plan": recovery_plan(session, here_lot),
        "document": documents.expect(session, here_lot, "Attestation", DAY(2026, 4, 15), by=None),
        "field_action": field_actions.note(
            session,
            field_actions.About(here_lot.territory_id, here_lot.id),
            field_actions.What(FieldActionKind.visit, DAY(2026, 11, 20), 90),
            on=DAY(2026, 11, 20),
            by=None,
        ),
        "operation": _kept(session, Operation(territory_id=here.territory.id, name="Opération")),
        "contact": _kept(
            session,
            Contact(territory_id=here.territory.id, organisation_id=here.company.id, name="Dominique"),
        ),
        "globalisation": _kept(
            session,
            Globalisation(
                territory_id=here.territory.id,
                company_id=here.company.id,
                effective_on=DAY(2026, 1, 1),
            ),
        ),
    }
    rows["need"], rows["need_candidate"] = _need(session, here, here_award)
    rows["contact_proposal"] = _kept(session, contact_proposal(here.territory, here.company))
    rows["mail"] = _kept(session, letter(here.territory))
    here.ids.update({thing: row.id for thing, row in rows.items()})
    here.ids["penalty_file"] = _kept(session, _penalty(here, here_award)).id
    here.ids["difficulty"] = _kept(session, _difficulty(here_award)).id
    here.ids["frozen_bilan"] = _kept(session, _sent(here, here_lot)).id
    here.ids["survey_version"] = _surveyed(session, here).id
    here.ids["attestation"] = _kept(session, _attested(here, here_lot)).id


def _need(session: Session, here: Chain, of: Award) -> tuple[Need, NeedCandidate]:
    """A need published, for which the SIAE proposes somebody."""
    wanted = needs.Wanted("Peintre", 2, DAY(2026, 12, 1))
    need = _kept(
        session,
        Need(
            **vars(wanted),
            territory_id=here.territory.id,
            lot_id=of.lot_id,
            award_id=of.id,
            created_on=DAY(2026, 11, 2),
            published_on=DAY(2026, 11, 2),
        ),
    )
    who = candidates.Identity("Fictif", "Alix", DAY(1990, 1, 1))
    return need, candidates.propose(session, need, here.siae.id, who, None, on=DAY(2026, 11, 3), by=None)


def _surveyed(session: Session, here: Chain) -> SurveyVersion:
    """The survey of 2025, sent."""
    when: dict[str, Any] = {"on": DAY(2026, 3, 2), "at": now(), "by": None}
    survey_campaigns.open_year(session, here.territory, 2025, **when)
    return survey_campaigns.send(session, here.territory, 2025, **when)


def _penalty(here: Chain, of: Award) -> PenaltyFile:
    return PenaltyFile(
        territory_id=here.territory.id,
        lot_id=of.lot_id,
        company_id=here.company.id,
        state="notified",
        figures_on=DAY(2026, 1, 31),
        ended_on=DAY(2026, 1, 31),
        stated_on=DAY(2026, 2, 2),
        groupement_form="solidaire",
        tolerance_kind="none",
        tolerance_percent=0,
        owed=Decimal(10),
        retained=Decimal(0),
        forgiven=Decimal(0),
        missing=Decimal(10),
        rate=Decimal(35),
        hours_amount=Decimal(350),
        documents_amount=Decimal(0),
        amount=Decimal(350),
        late_documents=[],
        notice_on=DAY(2026, 2, 3),
        notice_days=15,
        created_at=now(),
    )


def _difficulty(of: Award) -> Difficulty:
    return Difficulty(
        territory_id=of.territory_id,
        lot_id=of.lot_id,
        award_id=of.id,
        organisation_id=of.organisation_id,
        happened_on=DAY(2026, 1, 10),
        searches="Trois structures appelées",
        asked="Un délai",
        signalled_on=DAY(2026, 1, 12),
        created_at=now(),
    )


def contact_proposal(place: Territory, company: Organisation) -> ContactProposal:
    return ContactProposal(
        territory_id=place.id,
        organisation_id=company.id,
        old_email="ancien@demo.example",
        name="Alix Proposé",
        email="alix@ailleurs.example",
        proposed_at=now(),
    )


def letter(place: Territory) -> OutboxMail:
    return OutboxMail(
        territory_id=place.id,
        thing="placement",
        thing_id=1,
        recipient="siae@demo.example",
        subject="Une mise à l’emploi",
        text="Bonjour",
        html="<p>Bonjour</p>",
        created_at=now(),
        next_try_at=now(),
        tries=0,
    )


def _sent(here: Chain, of: Lot) -> FrozenBilan:
    return FrozenBilan(
        territory_id=here.territory.id,
        buyer_id=here.buyer.id,
        scope="lot",
        scope_id=of.id,
        market_id=of.market_id,
        lot_id=of.id,
        number=1,
        kind="interim",
        on=DAY(2026, 1, 31),
        made_at=now(),
        sent_to="Service achats",
        subject="Lot d’essai",
        owed=Decimal(10),
        declared=Decimal(0),
        retained=Decimal(0),
        file_name="Bilan d’essai",
        data_sha256=hashlib.sha256(b"data").hexdigest(),
        pdf_sha256=hashlib.sha256(b"%PDF").hexdigest(),
        workbook_sha256=hashlib.sha256(b"PK").hexdigest(),
        pdf=b"%PDF",
        workbook=b"PK",
    )


def _attested(here: Chain, of: Lot) -> Attestation:
    return Attestation(
        territory_id=here.territory.id,
        year=2026,
        number=1,
        code="ACDEFGHJ",
        lot_id=of.id,
        issued_on=DAY(2026, 1, 31),
        issued_at=now(),
        closed_on=DAY(2026, 1, 31),
        owed=Decimal(0),
        retained=Decimal(0),
        said={"company": here.company.label, "market": "Marché d’essai", "lot": "1 – Lot d’essai"},
        lines=[],
        pdf_sha256=hashlib.sha256(b"%PDF").hexdigest(),
        pdf=b"%PDF",
    )


def _accounts(session: Session, here: Chain) -> None:
    roles = MembershipRole
    mission = organisation(session, "Mission locale", OrganisationRoleName.referrer)
    session.get_one(Person, here.ids["person"]).referrer_id = mission.id
    here.users = {
        roles.administrator: user(session, roles.administrator),
        roles.facilitator: user(session, roles.facilitator, territory=here.territory),
        roles.authority: user(session, roles.authority, organisation=here.buyer),
        roles.company: user(session, roles.company, organisation=here.company),
        roles.siae: user(session, roles.siae, organisation=here.siae),
        roles.referrer: user(session, roles.referrer, organisation=mission),
    }
    facilitator = here.users[roles.facilitator]
    here.ids["user"] = facilitator.id
    here.ids["membership"] = session.query(Membership.id).filter_by(user_id=facilitator.id).scalar()
    here.ids["session"] = _kept(
        session,
        UserSession(
            token_hash=f"{facilitator.id:064d}",
            user_id=facilitator.id,
            created_at=now(),
            expires_at=now() + datetime.timedelta(hours=12),
        ),
    ).id
    here.ids["import_batch"] = _kept(
        session,
        ImportBatch(
            territory_id=here.territory.id,
            user_id=facilitator.id,
            name="decp.json",
            content=b"",
            created_at=now(),
        ),
    ).id


def password_link(session: Session, user: User) -> str:
    """The token of a link to choose a password."""
    return links.issue(session, "set_password", "user", user.id, user.email, at=now())


def sign_in(client: Any, user: User, password: str = PASSWORD) -> Any:
    """Sign in through the page."""
    page = client.get("/connexion")
    return client.submit(page, {"email": user.email, "password": password})


def enter(client: Any, session: Session, user: User) -> None:
    """Open a session as the sign-in page does, for tests about what comes after: two requests less."""
    at = now()
    token = sessions.begin(session, user.id, at=at)
    session.commit()
    with client.session_transaction() as cookie:
        cookie[SEEN_AT] = int(at.timestamp())
        cookie["_user_id"], cookie["_fresh"] = token, True


def change_user(client: Any, user: User) -> None:
    """Sign in, after signing out whoever was there."""
    account = client.get("/compte")
    if account.status_code == 200:
        client.post("/deconnexion", data={"csrf_token": token_in(account)})
    assert sign_in(client, user).status_code == 303


def sign_in_again(client: Any, user: User) -> Any:
    """Send the sign-in form while a session is open, as from an old tab."""
    token = token_in(client.get("/compte"))
    data = {"csrf_token": token, "email": user.email, "password": PASSWORD}
    return client.post("/connexion", data=data)


def token_in(response: Any) -> str:
    """The CSRF token that a page holds."""
    return str(page_of(response).xpath("//input[@name='csrf_token']/@value")[0])
