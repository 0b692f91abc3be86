"""Shares: how the hours of a relevé go to the placements, and so to the lots, that its contract serves."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.awards import Award
from facilitator.contracts import Contract, PlacementContract
from facilitator.db import CENT
from facilitator.french import hours as french_hours
from facilitator.hours import Globalisation, GlobalisationLot, HoursRefused, Share, Timesheet
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


def share_out(session: Session, contract: Contract, sheet: Timesheet, chosen: list[Part] | None) -> None:
    """Write the shares of a relevé; without a choice all goes to the only placement of the contract."""
    placements = _placements(session, contract)
    if chosen is None:
        chosen = _only_placement(placements, sheet)
    if sum((part.hours for part in chosen), ZERO) > sheet.worked:
        raise HoursRefused(
            f"Les parts dépassent les heures du relevé ({french_hours(sheet.worked)}). Réduisez une part."
        )
    for part in chosen:
        if part.placement_id not in placements:
            raise HoursRefused(
                "Une part vise une mise à l’emploi que ce contrat ne sert pas. Rattachez d’abord le contrat."
            )
        placement = placements[part.placement_id]
        session.add(_share(session, sheet, placement, part))
    session.flush()


def _share(session: Session, sheet: Timesheet, placement: Placement, part: Part) -> Share:
    lot_id, award_id, agreement = placement.lot_id, placement.award_id, None
    if part.lot_id is not None and part.lot_id != placement.lot_id:
        lot_id = part.lot_id
        award_id, agreement = _globalised(session, placement, part.lot_id, sheet.from_on)
    return Share(
        territory_id=sheet.territory_id,
        timesheet_id=sheet.id,
        placement_id=placement.id,
        lot_id=lot_id,
        award_id=award_id,
        globalisation_id=agreement,
        person_id=sheet.person_id,
        month=sheet.month,
        to_on=sheet.to_on,
        hours=part.hours,
        training=part.training,
        standing=Standing.awaiting,
        retained=ZERO,
        unretained=part.hours,
    )


def _globalised(session: Session, placement: Placement, lot_id: int, from_on: date) -> tuple[int, int]:
    """The award on the other lot and the agreement under which hours may go there."""
    found = session.execute(
        select(Award.id, Globalisation.id)
        .join(GlobalisationLot, GlobalisationLot.lot_id == Award.lot_id)
        .join(Globalisation, Globalisation.id == GlobalisationLot.globalisation_id)
        .where(
            Award.lot_id == lot_id,
            Award.organisation_id == Globalisation.company_id,
            Globalisation.company_id == placement.host_id,
            Globalisation.territory_id == placement.territory_id,
            Globalisation.effective_on <= from_on,
            GlobalisationLot.consented_on <= from_on,
        )
    ).first()
    if found is None:
        raise HoursRefused(
            "Aucune globalisation acceptée par l’acheteur ne couvre ce lot à cette date."
            " Enregistrez d’abord la convention et la date d’accord de l’acheteur."
        )
    return found[0], found[1]


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


def _only_placement(placements: dict[int, Placement], sheet: Timesheet) -> list[Part]:
    if not placements:
        raise HoursRefused(
            "Ce contrat ne sert aucune mise à l’emploi confirmée. Rattachez-le d’abord à une mise à l’emploi."
        )
    if len(placements) > 1:
        raise HoursRefused("Ce contrat sert plusieurs mises à l’emploi. Répartissez les heures entre elles.")
    return [Part(next(iter(placements)), sheet.worked, sheet.training)]


def parts(session: Session, sheet: Timesheet) -> list[Part]:
    """How the hours of a relevé are shared out, in the order in which they were typed."""
    rows = session.execute(
        select(Share.placement_id, Share.hours, Share.training, Share.lot_id)
        .where(Share.timesheet_id == sheet.id)
        .order_by(Share.id)
    )
    return [Part(placement, hours, training, lot) for placement, hours, training, lot in rows]


def same_parts(session: Session, old: Timesheet, worked: Decimal, training: Decimal) -> list[Part] | None:
    """A relevé with one share keeps its placement; with several, the shares must be said again."""
    before = parts(session, old)
    if len(before) != 1:
        return None
    return [Part(before[0].placement_id, worked, training, before[0].lot_id)]


def portion(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The part of an amount that goes with `part` of `whole`, half-up to 0,01."""
    if not whole:
        return ZERO
    return (amount * part / whole).quantize(CENT, ROUND_HALF_UP)
