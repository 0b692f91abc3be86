"""Shares: how the hours of a relevé go to the placements, and so to the lots, that its contract serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from facilitator.awards import Award
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import CENT
from facilitator.french import hours as french_hours
from facilitator.hours import Globalisation, GlobalisationLot, HoursRefused, NilDeclaration, Share, Timesheet
from facilitator.markets import Lot
from facilitator.placements import Placement
from facilitator.vocabulary import PlacementState, Standing

ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """Hours of a relevé for one placement; `lot_id` differs from the placement's only under a globalisation."""

    placement_id: int
    hours: Decimal
    training: Decimal = ZERO
    lot_id: int | None = None


@dataclass(frozen=True)
class Allotment:
    """A part whose place is known: the lot, the award whose hours they are, the agreement if any."""

    part: Part
    lot_id: int
    award_id: int
    globalisation_id: int | None


def allot(
    session: Session,
    contract: Contract,
    chosen: list[Part] | None,
    *,
    from_on: date,
    to_on: date,
    worked: Decimal,
    training: Decimal,
) -> list[Allotment]:
    """Where the hours of a relevé go; without a choice all go to the only placement of the contract.

    Refuses parts above the relevé, a part that makes no sense, and a placement that the contract does not serve.
    Writes nothing.
    """
    placements = _placements(session, contract)
    if chosen is None:
        chosen = _only_placement(placements, worked, training)
    _check_parts(chosen, worked, training)
    allotted = []
    for part in chosen:
        if part.placement_id not in placements:
            raise HoursRefused(
                "Une part vise une mise à l’emploi que ce contrat ne sert pas. Rattachez d’abord le contrat."
            )
        allotted.append(_allotment(session, placements[part.placement_id], part, from_on, to_on))
    if len({(each.part.placement_id, each.lot_id) for each in allotted}) != len(allotted):
        raise HoursRefused("Deux parts vont à la même mise à l’emploi et au même lot. Réunissez-les.")
    return allotted


def write(session: Session, sheet: Timesheet, allotted: list[Allotment]) -> None:
    """Write the shares of a relevé; their verdict comes with the commit."""
    session.add_all(_share(sheet, each) for each in allotted)
    worked = {each.award_id for each in allotted if each.part.hours > ZERO}
    # Hours say the contrary of a «néant» of the same company and month: it no longer stands.
    session.execute(
        delete(NilDeclaration).where(NilDeclaration.award_id.in_(worked), NilDeclaration.month == sheet.month)
    )
    session.flush()


def _check_parts(chosen: list[Part], worked: Decimal, training: Decimal) -> None:
    if any(not ZERO <= part.training <= part.hours for part in chosen):
        raise HoursRefused(
            "Une part compte au moins 0 heure, et pas plus de formation que d’heures. Corrigez ses nombres."
        )
    if sum((part.hours for part in chosen), ZERO) > worked:
        raise HoursRefused(
            f"Les parts dépassent les heures du relevé ({french_hours(worked)}). Réduisez une part."
        )
    if sum((part.training for part in chosen), ZERO) > training:
        raise HoursRefused(
            f"La formation des parts dépasse celle du relevé ({french_hours(training)}). Réduisez une part."
        )


def _allotment(session: Session, placement: Placement, part: Part, from_on: date, to_on: date) -> Allotment:
    if part.lot_id is None or part.lot_id == placement.lot_id:
        return Allotment(part, placement.lot_id, placement.award_id, None)
    award_id, agreement = _globalised(session, placement, part.lot_id, from_on, to_on)
    return Allotment(part, part.lot_id, award_id, agreement)


def _share(sheet: Timesheet, allotted: Allotment) -> Share:
    return Share(
        territory_id=sheet.territory_id,
        timesheet_id=sheet.id,
        placement_id=allotted.part.placement_id,
        lot_id=allotted.lot_id,
        award_id=allotted.award_id,
        globalisation_id=allotted.globalisation_id,
        person_id=sheet.person_id,
        month=sheet.month,
        to_on=sheet.to_on,
        hours=allotted.part.hours,
        training=allotted.part.training,
        standing=Standing.awaiting,
        retained=ZERO,
        unretained=allotted.part.hours,
    )


def _globalised(
    session: Session, placement: Placement, lot_id: int, from_on: date, to_on: date
) -> tuple[int, int]:
    """The award on the other lot and the agreement, over both lots, under which hours may go there."""
    worked_on = select(GlobalisationLot.globalisation_id).where(GlobalisationLot.lot_id == placement.lot_id)
    found = session.execute(
        select(Award.id, Globalisation.id, Globalisation.effective_on, GlobalisationLot)
        .join(GlobalisationLot, GlobalisationLot.lot_id == Award.lot_id)
        .join(Globalisation, Globalisation.id == GlobalisationLot.globalisation_id)
        .where(
            Award.lot_id == lot_id,
            Award.organisation_id == Globalisation.company_id,
            Globalisation.company_id == placement.host_id,
            Globalisation.territory_id == placement.territory_id,
            Globalisation.id.in_(worked_on),
        )
        .order_by(Globalisation.effective_on.desc(), Globalisation.id.desc())
    ).all()
    closed = [line.closed(effective_on, from_on, to_on) for _, _, effective_on, line in found]
    for (award_id, agreement_id, _, _), because in zip(found, closed, strict=True):
        if because is None:
            return award_id, agreement_id
    if closed and closed[0]:
        lot = session.execute(select(Lot.number, Lot.title).where(Lot.id == lot_id)).one()
        raise HoursRefused(f"Lot {lot.number} {lot.title}\u00a0: {closed[0]}")
    raise HoursRefused(
        "Aucune globalisation ne réunit ce lot et celui où la personne a travaillé."
        " Enregistrez d’abord la convention et la date d’accord de chaque donneur d’ordre."
    )


def _placements(session: Session, contract: Contract) -> dict[int, Placement]:
    rows = session.scalars(
        select(Placement)
        .join(PlacementContract, PlacementContract.placement_id == Placement.id)
        .where(
            PlacementContract.contract_id == contract.id,
            Placement.state == PlacementState.confirmed,
        )
    )
    return {placement.id: placement for placement in rows}


def _only_placement(placements: dict[int, Placement], worked: Decimal, training: Decimal) -> list[Part]:
    if not placements:
        raise HoursRefused(
            "Ce contrat ne sert aucune mise à l’emploi confirmée. Rattachez-le d’abord à une mise à l’emploi."
        )
    if len(placements) > 1:
        raise HoursRefused("Ce contrat sert plusieurs mises à l’emploi. Répartissez les heures entre elles.")
    return [Part(next(iter(placements)), worked, training)]


def parts(session: Session, sheet: Timesheet) -> list[Part]:
    """How the hours of a relevé are shared out, in the order in which they were typed."""
    rows = session.execute(
        select(Share.placement_id, Share.hours, Share.training, Share.lot_id)
        .where(Share.timesheet_id == sheet.id)
        .order_by(Share.id)
    )
    return [Part(placement, hours, training, lot) for placement, hours, training, lot in rows]


def same_parts(session: Session, old: Timesheet, worked: Decimal, training: Decimal) -> list[Part] | None:
    """A relevé that went whole to one place still does; how others are shared out is not guessed (None)."""
    before = parts(session, old)
    if len(before) != 1 or (before[0].hours, before[0].training) != (old.worked, old.training):
        return None
    return [Part(before[0].placement_id, worked, training, before[0].lot_id)]


@dataclass(frozen=True)
class Piece:
    """One of the two pieces of a relevé that is split."""

    worked: Decimal
    training: Decimal
    parts: list[Part]


def cut(
    worked: Decimal,
    training: Decimal,
    whole: list[Part],
    first_hours: Decimal,
    said: Sequence[Decimal] | None = None,
) -> tuple[Piece, Piece]:
    """Divide hours and parts in proportion to the hours of the first piece; to the cent, nothing is lost.

    Where `said` gives the hours of each part in the first piece, these are taken.
    """
    firsts: list[Part] = []
    hours_before = training_before = ZERO
    for place, part in enumerate(whole):
        hours = portion(hours_before + part.hours, first_hours, worked) - portion(
            hours_before, first_hours, worked
        )
        if said is not None:
            hours = said[place]
        trained = portion(training_before + part.training, first_hours, worked) - portion(
            training_before, first_hours, worked
        )
        # Rounding must not leave more training than hours on either side.
        trained = _between(part.training - (part.hours - hours), trained, min(part.training, hours))
        firsts.append(Part(part.placement_id, hours, max(ZERO, trained), part.lot_id))
        hours_before, training_before = hours_before + part.hours, training_before + part.training
    rests = [
        Part(one.placement_id, one.hours - first.hours, one.training - first.training, one.lot_id)
        for one, first in zip(whole, firsts, strict=True)
    ]
    in_firsts = sum((part.training for part in firsts), ZERO)
    in_rests = sum((part.training for part in rests), ZERO)
    first_training = _between(
        max(in_firsts, training - (worked - first_hours)),
        portion(training, first_hours, worked),
        min(training - in_rests, first_hours),
    )
    return (
        Piece(first_hours, first_training, firsts),
        Piece(worked - first_hours, training - first_training, rests),
    )


def _between(low: Decimal, value: Decimal, high: Decimal) -> Decimal:
    return max(low, min(value, high))


def portion(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The part of an amount that goes with `part` of `whole`, half-up to 0,01."""
    if not whole:
        return ZERO
    return (amount * part / whole).quantize(CENT, ROUND_HALF_UP)
