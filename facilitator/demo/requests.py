"""Requests to validate a public, in every state: by the SIAE, the company and the referrer of the demonstration accounts."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import eligibility_requests, request_asking, request_decisions
from facilitator.accounts import Membership
from facilitator.eligibility_requests import EligibilityRequest
from facilitator.people import Eligibility, Person
from facilitator.request_lines import Asked
from facilitator.vocabulary import Criterion, EligibilityState, MembershipRole, Sex

# (asker, days ago, last name, first name, criteria, proofs, job); nobody of these names is registered.
ASKED = (
    (MembershipRole.siae, 9, "Aneth", "Charlie", (Criterion.rsa,), "Attestation de RSA d’octobre", "Peintre"),
    (MembershipRole.siae, 6, "Badiane", "Sacha", (Criterion.pass_iae,), None, "Manœuvre"),
    (MembershipRole.siae, 20, "Curcuma", "Morgan", (Criterion.deld,), "Historique d’inscription", None),
    (MembershipRole.company, 4, "Galanga", "Andrea", (Criterion.qpv,), "Justificatif de domicile", "Maçon"),
    (MembershipRole.company, 8, "Lavandin", "Swann", (), None, "Aide-menuisier"),
    (MembershipRole.referrer, 2, "Macis", "Noor", (Criterion.cej,), "Contrat d’engagement jeune", None),
    (MembershipRole.referrer, 27, "Nigelle", "Robin", (Criterion.jeune_sans_diplome,), None, None),
    (MembershipRole.referrer, 12, "Sumac", "Yaël", (Criterion.refugie,), "Titre de séjour", None),
)  # fmt: skip
ASKERS = (MembershipRole.siae, MembershipRole.company, MembershipRole.referrer)


def tell(session: Session, territory_id: int, on: datetime.date, by: int) -> None:
    """To treat, to complete, completed, refused, taken back, and one validated for each asker."""
    found = [_ask(session, territory_id, on, number, *line) for number, line in enumerate(ASKED)]
    _namesake(session, territory_id, found[0])
    incomplete, completed, asking, refused, withdrawn = (found[number] for number in (1, 2, 4, 6, 7))
    request_decisions.ask_completion(
        session, incomplete, "Le numéro de PASS IAE, ou sa date de fin.", on=_ago(on, 3), by=by
    )
    request_decisions.ask_completion(
        session, completed, "Un historique de moins de trois mois.", on=_ago(on, 15), by=by
    )
    request_asking.complete(
        session,
        completed,
        _as_asked(completed, "Historique d’inscription de novembre"),
        "Nous avons le nouvel historique.",
        on=_ago(on, 1),
        by=completed.requested_by_id,
    )
    request_decisions.ask_completion(
        session, asking, "Quel justificatif avez-vous vu\u00a0?", on=_ago(on, 5), by=by
    )
    request_decisions.refuse(
        session, refused, "Aucun justificatif n’a pu être montré.", on=_ago(on, 22), by=by
    )
    eligibility_requests.withdraw(session, withdrawn, on=on, by=withdrawn.requested_by_id)
    _validated(session, territory_id, by)


def _ask(
    session: Session,
    territory_id: int,
    on: datetime.date,
    number: int,
    role: MembershipRole,
    days: int,
    last_name: str,
    first_name: str,
    criteria: tuple[Criterion, ...],
    proofs: str | None,
    job: str | None,
) -> EligibilityRequest:
    member = _member(session, role)
    assert member.organisation_id is not None  # an asker acts for an organisation
    day = _ago(on, days)
    asked = Asked(
        last_name,
        first_name,
        datetime.date(1976 + 3 * number, 1 + number, 10 + number),
        sex=(Sex.f, Sex.h)[number % 2],
        commune="00000",
        wished_start_on=day + datetime.timedelta(days=21),
        criteria=criteria,
        proofs=proofs,
        job=job,
    )
    return request_asking.ask(
        session,
        territory_id,
        member.organisation_id,
        asked,
        on=day,
        by=member.user_id,
        requested_by_id=member.user_id,
    )


def _namesake(session: Session, territory_id: int, request: EligibilityRequest) -> None:
    """The longest waiting bears the names of somebody registered, born another day."""
    known = session.scalars(
        select(Person).where(Person.territory_id == territory_id).order_by(Person.id.desc()).limit(1)
    ).one()
    request.last_name, request.first_name = known.last_name, known.first_name
    request.search_name = known.search_name


def _as_asked(request: EligibilityRequest, proofs: str) -> Asked:
    return Asked(
        request.last_name,
        request.first_name,
        request.birth_on,
        sex=request.sex,
        commune=request.commune,
        wished_start_on=request.wished_start_on,
        criteria=tuple(request.announced),
        proofs=proofs,
        job=request.job,
    )


def _validated(session: Session, territory_id: int, by: int) -> None:
    """The newest fiches of the story came from a request: the register of people stays what it is."""
    fiches = session.execute(
        select(Eligibility, Person)
        .join(Person, Person.id == Eligibility.person_id)
        .where(Eligibility.territory_id == territory_id, Eligibility.state == EligibilityState.validated)
        .order_by(Eligibility.decided_on.desc(), Eligibility.id)
        .limit(len(ASKERS))
    ).all()
    for role, (fiche, person) in zip(ASKERS, fiches, strict=True):
        assert person.birth_on and fiche.decided_on  # every participant of the story has both
        member = _member(session, role)
        asked = Asked(person.last_name, person.first_name, person.birth_on, sex=person.sex)
        request = request_asking.ask(
            session,
            territory_id,
            member.organisation_id or 0,
            asked,
            on=_ago(fiche.decided_on, 4),
            by=member.user_id,
            requested_by_id=member.user_id,
        )
        request_decisions.answer_with(session, request, fiche, on=fiche.decided_on, by=by)


def _member(session: Session, role: MembershipRole) -> Membership:
    """The demonstration account of a role."""
    wanted = select(Membership).where(Membership.role == role).order_by(Membership.id).limit(1)
    return session.scalars(wanted).one()


def _ago(on: datetime.date, days: int) -> datetime.date:
    return on - datetime.timedelta(days=days)
