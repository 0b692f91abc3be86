"""Register of documents: what the companies of a lot owe on a day, when it came, who saw it, what its delay costs."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from facilitator import journal
from facilitator.accounts import User
from facilitator.awards import Award
from facilitator.commitments import ExpectedDocument
from facilitator.contracts import Contract, PlacementContract
from facilitator.french import date as french_date
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.paperwork import DocumentFacts
from facilitator.penalties import days_late, late_document_penalty
from facilitator.people import Person
from facilitator.periods import first_of_month
from facilitator.placements import Placement
from facilitator.refusals import Refused
from facilitator.vocabulary import AwardRole, DocumentKind, DocumentVerdict


class DocumentRefused(Refused):
    """A document cannot be expected, received or judged as asked."""


@dataclass(frozen=True)
class Wanted:
    """What a document is about, beside its lot: all of it may be unsaid."""

    kind: DocumentKind = DocumentKind.other
    award_id: int | None = None
    contract_id: int | None = None
    month: datetime.date | None = None


@dataclass(frozen=True)
class Delay:
    """One line of the register on a day: days of delay, and euros where the lot has a daily rate."""

    document: ExpectedDocument
    facts: DocumentFacts
    market: str

    @property
    def days(self) -> int:
        return self.facts.days

    @property
    def penalty(self) -> Decimal | None:
        return self.facts.penalty

    @property
    def precision(self) -> str | None:
        """What was written beside the kind; None when it says no more than the kind."""
        return None if self.facts.label == self.facts.kind.label else self.facts.label


def expect(
    session: Session,
    lot: Lot,
    label: str | None,
    expected_on: datetime.date,
    *,
    by: int | None,
    wanted: Wanted | None = None,
) -> ExpectedDocument:
    """Enter a document in the register; refuses the same one on the same day, and a company or a contract of another lot."""
    wanted = _checked(session, lot, wanted or Wanted())
    label = label or wanted.kind.label
    _refuse_twice(session, lot, label, expected_on, wanted)
    document = ExpectedDocument(
        territory_id=lot.territory_id,
        lot_id=lot.id,
        award_id=wanted.award_id,
        contract_id=wanted.contract_id,
        month=wanted.month,
        kind=wanted.kind,
        label=label,
        expected_on=expected_on,
    )
    session.add(document)
    session.flush()
    _note(session, "expect_document", document, by)
    return document


def receive(
    session: Session,
    document: ExpectedDocument,
    received_on: datetime.date,
    *,
    on: datetime.date,
    by: int | None,
    filed: str | None = None,
) -> None:
    """Note the day on which a document came, and where it is; refuses a day still to come, and one already seen."""
    if received_on > on:
        raise DocumentRefused(
            f"Le {french_date(received_on)} n’est pas encore passé. Notez le jour où le document est arrivé."
        )
    if document.seen_on is not None:
        raise DocumentRefused(
            f"Ce document a déjà été vu le {french_date(document.seen_on)}\u00a0: sa date d’arrivée ne change plus."
        )
    document.received_on = received_on
    document.filed = filed or document.filed
    _note(session, "receive_document", document, by)


def accept(
    session: Session,
    document: ExpectedDocument,
    *,
    on: datetime.date,
    by: int | None,
    filed: str | None = None,
) -> None:
    """Say that a document was seen and is what was expected (twice has one effect)."""
    if document.verdict == DocumentVerdict.compliant:
        return
    _refuse_unless_to_see(document)
    document.seen_on, document.seen_by_id = on, by
    document.verdict, document.filed = DocumentVerdict.compliant, filed or document.filed
    _note(session, "accept_document", document, by)


def send_back(
    session: Session,
    document: ExpectedDocument,
    reason: str,
    again_on: datetime.date,
    *,
    on: datetime.date,
    by: int | None,
    filed: str | None = None,
) -> ExpectedDocument:
    """Say what must be redone, and by when: another document is expected in its place."""
    _refuse_unless_to_see(document)
    if again_on < on:
        raise DocumentRefused(
            f"Le {french_date(again_on)} est passé. Laissez à l’entreprise un délai à partir d’aujourd’hui."
        )
    document.seen_on, document.seen_by_id = on, by
    document.verdict, document.verdict_reason = DocumentVerdict.to_redo, reason
    document.filed = filed or document.filed
    again = ExpectedDocument(
        territory_id=document.territory_id,
        lot_id=document.lot_id,
        award_id=document.award_id,
        contract_id=document.contract_id,
        month=document.month,
        kind=document.kind,
        label=document.label,
        expected_on=again_on,
        again_of_id=document.id,
    )
    session.add(again)
    session.flush()
    _note(session, "send_back_document", document, by)
    _note(session, "expect_document", again, by)
    return again


def remove(session: Session, document: ExpectedDocument, *, by: int | None) -> None:
    """Take away a document that was expected by mistake; refuses one that came, and one asked for again."""
    if document.received_on is not None:
        raise DocumentRefused(
            "Ce document est arrivé\u00a0: il reste dans le registre. Dites plutôt s’il est conforme ou à reprendre."
        )
    if document.again_of_id is not None:
        raise DocumentRefused(
            "Ce document en remplace un autre, à reprendre\u00a0: il reste attendu. S’il n’y a rien à reprendre,"
            " notez son arrivée et dites-le conforme."
        )
    _note(session, "remove_document", document, by)
    session.delete(document)
    session.flush()


def delays(session: Session, lot: Lot, on: datetime.date) -> list[Delay]:
    """The register of a lot, by date, with the delay of each document on a day."""
    return of_lots(session, [lot.id], on)


def of_lots(
    session: Session, lot_ids: Iterable[int], on: datetime.date, own: ColumnElement[bool] | None = None
) -> list[Delay]:
    """The register of several lots, by lot and date (one select); `own` keeps only some of its lines."""
    query = (
        _lines()
        .where(ExpectedDocument.lot_id.in_(set(lot_ids)))
        .order_by(Lot.id, ExpectedDocument.expected_on, ExpectedDocument.id)
    )
    return read(session.execute(query if own is None else query.where(own)), on)


def register(owned: Select[ExpectedDocument], *which: ColumnElement[bool]) -> Select[Any]:
    """Lines of many lots, the oldest first, for `read`."""
    return (
        _lines()
        .where(ExpectedDocument.id.in_(owned.with_only_columns(ExpectedDocument.id)), *which)
        .order_by(ExpectedDocument.expected_on, ExpectedDocument.id)
    )


def to_see() -> ColumnElement[bool]:
    """It came, and the facilitator has not read it."""
    return and_(ExpectedDocument.received_on.is_not(None), ExpectedDocument.seen_on.is_(None))


def late(on: datetime.date) -> ColumnElement[bool]:
    """It has not come, and its day is past."""
    return and_(ExpectedDocument.received_on.is_(None), ExpectedDocument.expected_on < on)


def awaited() -> ColumnElement[bool]:
    """It has not come, late or not."""
    return ExpectedDocument.received_on.is_(None)


def _lines() -> Select[*tuple[Any, ...]]:
    lot = "Lot " + Lot.number + " – " + Lot.title
    return (
        select(
            ExpectedDocument, Market.object, Lot.late_document_rate, lot,
            func.coalesce(Organisation.name, Organisation.identifier), Person.first_name, Person.last_name, User.name,
        )
        .join(Lot, Lot.id == ExpectedDocument.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .outerjoin(Award, Award.id == ExpectedDocument.award_id)
        .outerjoin(Organisation, Organisation.id == Award.organisation_id)
        .outerjoin(Contract, Contract.id == ExpectedDocument.contract_id)
        .outerjoin(Person, Person.id == Contract.person_id)
        .outerjoin(User, User.id == ExpectedDocument.seen_by_id)
    )  # fmt: skip


def read(rows: Iterable[Any], on: datetime.date) -> list[Delay]:
    """The lines of the register that a query found."""
    return [Delay(document, _facts(document, on, *known), market) for document, market, *known in rows]


def _facts(
    document: ExpectedDocument,
    on: datetime.date,
    rate: Decimal | None,
    lot: str,
    company: str | None,
    first_name: str | None,
    last_name: str | None,
    seen_by: str | None,
) -> DocumentFacts:
    expected_on, received_on = document.expected_on, document.received_on
    # Capitals are Python’s: SQLite’s leave «é» as it is.
    person = None if last_name is None else f"{first_name} {last_name.upper()}"
    return DocumentFacts(
        DocumentKind(document.kind),
        document.label,
        lot,
        company,
        person,
        document.month,
        expected_on,
        received_on,
        days_late(expected_on, received_on, on),
        None if rate is None else late_document_penalty(expected_on, received_on, rate, on),
        document.seen_on,
        seen_by,
        None if document.verdict is None else DocumentVerdict(document.verdict),
        document.verdict_reason,
        document.filed,
    )


def of_company(session: Session, lot_id: int, organisation_id: int, on: datetime.date) -> list[Delay]:
    """The lines of a lot that one company owes: its own, and those of the whole lot when it answers for it."""
    own = select(Award.id).where(Award.lot_id == lot_id, Award.organisation_id == organisation_id)
    leads = own.where(Award.role.in_((AwardRole.titulaire, AwardRole.mandataire))).exists()
    return of_lots(
        session,
        [lot_id],
        on,
        or_(ExpectedDocument.award_id.in_(own), ExpectedDocument.award_id.is_(None) & leads),
    )


def contracts_of(session: Session, lot_id: int) -> list[tuple[int, str]]:
    """The contracts that serve a lot, to choose from: (id, who and since when)."""
    rows = session.execute(
        select(Contract.id, Person.first_name, Person.last_name, Contract.from_on)
        .join(Person, Person.id == Contract.person_id)
        .where(Contract.id.in_(serving(lot_id)))
        .order_by(Person.last_name, Person.first_name, Contract.from_on)
    )
    return [
        (id, f"{first} {last.upper()}, contrat du {french_date(since)}") for id, first, last, since in rows
    ]


def serving(lot_id: int, award_id: int | None = None) -> Select[int]:
    """The contracts that serve a lot, or one company of it."""
    query = (
        select(PlacementContract.contract_id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(Placement.lot_id == lot_id)
    )
    return query if award_id is None else query.where(Placement.award_id == award_id)


def _checked(session: Session, lot: Lot, wanted: Wanted) -> Wanted:
    """The same with its company: that of the contract, or the only one of the lot."""
    places = list(session.scalars(select(Award.id).where(Award.lot_id == lot.id).order_by(Award.id)))
    award_id = wanted.award_id
    if award_id is not None and award_id not in places:
        raise DocumentRefused("Cette entreprise n’est pas sur ce lot. Choisissez l’une de celles du lot.")
    if wanted.contract_id is not None:
        award_id = award_id or session.scalar(
            select(Placement.award_id)
            .join(PlacementContract, PlacementContract.placement_id == Placement.id)
            .where(PlacementContract.contract_id == wanted.contract_id, Placement.lot_id == lot.id)
            .order_by(Placement.id)
            .limit(1)
        )
        known = session.scalars(serving(lot.id, award_id))
        if award_id is None or wanted.contract_id not in set(known):
            raise DocumentRefused(
                "Ce contrat ne sert pas ce lot pour cette entreprise. Choisissez un contrat de ses mises à l’emploi."
            )
    if award_id is None and len(places) == 1:
        award_id = places[0]
    month = None if wanted.month is None else first_of_month(wanted.month)
    return Wanted(wanted.kind, award_id, wanted.contract_id, month)


def _refuse_twice(session: Session, lot: Lot, label: str, expected_on: datetime.date, wanted: Wanted) -> None:
    same = session.scalar(
        select(ExpectedDocument.id).where(
            ExpectedDocument.lot_id == lot.id,
            ExpectedDocument.kind == wanted.kind,
            ExpectedDocument.label == label,
            ExpectedDocument.expected_on == expected_on,
            ExpectedDocument.award_id.is_not_distinct_from(wanted.award_id),
            ExpectedDocument.contract_id.is_not_distinct_from(wanted.contract_id),
            ExpectedDocument.month.is_not_distinct_from(wanted.month),
        )
    )
    if same is not None:
        raise DocumentRefused(
            f"«\u00a0{label}\u00a0» est déjà attendu pour le {french_date(expected_on)}. Choisissez une autre date."
        )


def _refuse_unless_to_see(document: ExpectedDocument) -> None:
    if document.received_on is None:
        raise DocumentRefused("Ce document n’est pas arrivé. Notez d’abord le jour de son arrivée.")
    if document.verdict is not None:
        label = DocumentVerdict(document.verdict).label.lower()
        raise DocumentRefused(f"Ce document a déjà été vu\u00a0: il est {label}, et sa ligne ne change plus.")


def _note(session: Session, verb: str, document: ExpectedDocument, by: int | None) -> None:
    journal.note(
        session,
        verb,
        "expected_document",
        document.id,
        by=by,
        territory_id=document.territory_id,
        lot_id=document.lot_id,
        kind=str(document.kind),
        expected_on=str(document.expected_on),
    )
