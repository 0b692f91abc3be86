"""Globalisations: one company’s insertion hours shared over several lots, each buyer having consented."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from facilitator import journal
from facilitator.awards import Award
from facilitator.french import date as french_date
from facilitator.hours import Globalisation, GlobalisationLot, HoursRefused
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation


@dataclass(frozen=True)
class Candidate:
    """A lot that a company holds and that an agreement may cover."""

    lot_id: int
    label: str


def record(
    session: Session,
    territory_id: int,
    company_id: int,
    consents: Mapping[int, datetime.date | None],
    *,
    effective_on: datetime.date,
    by: int | None,
    document: str | None = None,
) -> Globalisation:
    """Record an agreement over the lots of `consents` (lot → day of its buyer’s consent, None: not yet).

    Refuses fewer than two lots, and a lot that the company does not hold.
    """
    if len(consents) < 2:
        raise HoursRefused("Une globalisation réunit au moins deux lots. Cochez-en deux ou plus.")
    held = {each.lot_id for each in candidates(session, territory_id, company_id)}
    if not set(consents) <= held:
        raise HoursRefused(
            "L’un de ces lots n’est pas attribué à cette entreprise. Choisissez parmi ses lots."
        )
    agreement = Globalisation(
        territory_id=territory_id, company_id=company_id, effective_on=effective_on, document=document
    )
    session.add(agreement)
    session.flush()
    session.add_all(
        GlobalisationLot(globalisation_id=agreement.id, lot_id=lot_id, consented_on=day)
        for lot_id, day in consents.items()
    )
    session.flush()
    for lot_id in sorted(consents):
        _note(session, "globalise", agreement, by, lot_id)
    return agreement


def consent(
    session: Session, agreement: Globalisation, lot_id: int, on: datetime.date, *, by: int | None
) -> None:
    """Note the day on which the buyer of one lot consented; on a withdrawal, it takes the withdrawal back.

    Refuses a lot outside the agreement, and a consent that comes back after days without one: the hours shared
    before the withdrawal rest on the first consent, so the new one is another agreement’s.
    """
    line = session.get(GlobalisationLot, (agreement.id, lot_id))
    if line is None:
        raise HoursRefused("Ce lot ne fait pas partie de la globalisation. Choisissez l’un de ses lots.")
    if line.consented_on is not None and line.withdrawn_on is not None:
        if on > line.withdrawn_on:
            raise HoursRefused(
                f"Le donneur d’ordre a retiré son accord à partir du {french_date(line.withdrawn_on)}\u00a0:"
                " les heures réparties avant gardent leur place. Enregistrez une nouvelle convention à partir du"
                f" {french_date(on)}."
            )
        on = min(on, line.consented_on)
    line.consented_on, line.withdrawn_on = on, None
    _note(session, "consent", agreement, by, lot_id, on=on.isoformat())


def withdraw(
    session: Session, agreement: Globalisation, lot_id: int, on: datetime.date, *, by: int | None
) -> None:
    """Note that the buyer of one lot takes its consent back from a day on; hours shared before keep their place."""
    line = session.get(GlobalisationLot, (agreement.id, lot_id))
    if line is None or line.consented_on is None:
        raise HoursRefused(
            "Le donneur d’ordre de ce lot n’a pas donné d’accord\u00a0: il n’y a rien à retirer."
        )
    if on <= line.consented_on:
        raise HoursRefused(
            f"Le donneur d’ordre a donné son accord le {french_date(line.consented_on)}\u00a0:"
            " le retrait vient après ce jour. Corrigez la date."
        )
    line.withdrawn_on = on
    _note(session, "withdraw_consent", agreement, by, lot_id, on=on.isoformat())


def candidates(session: Session, territory_id: int, company_id: int) -> list[Candidate]:
    """The lots that a company holds in a territory (one select)."""
    rows = session.execute(
        select(Lot.id, Lot.number, Lot.title, Market.object)
        .join(Award, Award.lot_id == Lot.id)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.territory_id == territory_id, Award.organisation_id == company_id)
        .order_by(Market.object, Lot.number)
    )
    return [Candidate(lot_id, f"{market} – lot {number} {title}") for lot_id, number, title, market in rows]


def companies(session: Session, territory_id: int) -> list[tuple[int, str]]:
    """The companies with two lots or more in a territory: the others have nothing to share."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.scheme, Organisation.identifier)
        .join(Award, Award.organisation_id == Organisation.id)
        .where(Award.territory_id == territory_id)
        .group_by(Organisation.id, Organisation.name, Organisation.scheme, Organisation.identifier)
        .having(func.count(Award.id) > 1)
        .order_by(Organisation.name, Organisation.id)
    )
    return [(key, name or f"{scheme} {identifier}") for key, name, scheme, identifier in rows]


def covering(
    session: Session, territory_id: int, host_ids: set[int]
) -> dict[tuple[int, int], list[Candidate]]:
    """By company and lot of its agreements, the lots whose buyers agreed to share its hours (one select)."""
    worked_on = aliased(GlobalisationLot)
    rows = session.execute(
        select(Globalisation.company_id, worked_on.lot_id, Lot.id, Lot.number, Lot.title, Market.object)
        .join(GlobalisationLot, GlobalisationLot.globalisation_id == Globalisation.id)
        .join(worked_on, worked_on.globalisation_id == Globalisation.id)
        .join(Lot, Lot.id == GlobalisationLot.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(
            Globalisation.territory_id == territory_id,
            Globalisation.company_id.in_(host_ids),
            GlobalisationLot.consented_on.is_not(None),
        )
        .order_by(Lot.id)
        .distinct()
    )
    found: dict[tuple[int, int], list[Candidate]] = {}
    for company_id, own_lot_id, lot_id, number, title, market in rows:
        label = f"{market} – lot {number} {title}"
        found.setdefault((company_id, own_lot_id), []).append(Candidate(lot_id, label))
    return found


def lots_of(session: Session, agreement: Globalisation) -> Sequence[Any]:
    """The lots of an agreement, with what the buyer of each said (one select)."""
    return session.execute(
        select(
            GlobalisationLot.lot_id, GlobalisationLot.consented_on, GlobalisationLot.withdrawn_on,
            Lot.number, Lot.title, Market.object, Organisation.name.label("buyer"),
        )
        .join(Lot, Lot.id == GlobalisationLot.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(Organisation, Organisation.id == Market.buyer_id)
        .where(GlobalisationLot.globalisation_id == agreement.id)
        .order_by(Market.object, Lot.number, Lot.id)
    ).all()  # fmt: skip


def listed(agreements: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """These agreements as lines of a list: company, lots, and how many buyers still owe their consent."""
    missing = case((GlobalisationLot.consented_on.is_(None), 1))
    return (
        agreements.join(Organisation, Organisation.id == Globalisation.company_id)
        .join(GlobalisationLot, GlobalisationLot.globalisation_id == Globalisation.id)
        .with_only_columns(
            Globalisation.id, Organisation.name, Organisation.identifier, Globalisation.effective_on,
            Globalisation.document, func.count().label("lots"), func.count(missing).label("missing"),
            func.count(GlobalisationLot.withdrawn_on).label("withdrawn"),
        )
        .group_by(
            Globalisation.id, Organisation.name, Organisation.identifier, Globalisation.effective_on,
            Globalisation.document,
        )
        .order_by(Organisation.name, Globalisation.id)
    )  # fmt: skip


def on_lot(lot_id: int) -> ColumnElement[bool]:
    """The agreements that a lot is part of."""
    return Globalisation.id.in_(
        select(GlobalisationLot.globalisation_id).where(GlobalisationLot.lot_id == lot_id)
    )


def _note(
    session: Session, verb: str, agreement: Globalisation, by: int | None, lot_id: int, **details: object
) -> None:
    journal.note(
        session,
        verb,
        "globalisation",
        agreement.id,
        by=by,
        territory_id=agreement.territory_id,
        lot_id=lot_id,
        **details,
    )
