"""Random histories of a small territory, and an oracle that says day by day what is missing: nothing of ours stands between."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import (
    contacts,
    contracts,
    declarations,
    documents,
    lot_dates,
    placements,
    reminders_due,
    sharing,
    validations,
    verdicts,
)
from facilitator.awards import Award
from facilitator.commitments import ExpectedDocument, LedgerLine
from facilitator.contracts import Contract, PlacementContract
from facilitator.hours import NilDeclaration, Share, Timesheet
from facilitator.journal import now
from facilitator.markets import Lot, LotStop, Market
from facilitator.organisations import Contact, Organisation
from facilitator.people import Person
from facilitator.placements import Answer, Placement
from facilitator.refusals import Refused
from facilitator.reminders_due import Due, DueKind
from facilitator.second_answers import SecondAnswer, Speaker
from facilitator.territories import Territory
from facilitator.vocabulary import AwardRole, ContractType, Periodicity, PlacementMode
from tests import answering, trade

Key = tuple[str, int, str]
FIRST = date(2026, 7, 1)
DAYS = (date(2026, 10, 2), date(2026, 11, 5), date(2026, 11, 25))
DAY = timedelta(days=1)


@dataclass
class World:
    """Two lots (one monthly, one quarterly), their company, a SIAE, a subcontractor, three people."""

    session: Session
    on: date
    place: Territory
    lots: list[Lot]
    awards: list[Award]
    company: Organisation
    siae: Organisation
    people: list[Person]
    contacts: list[Contact] = field(default_factory=list)
    bounds: dict[int, tuple[date, date]] = field(default_factory=dict)  # read by the oracle, once a look
    running: dict[int, set[date]] = field(default_factory=dict)


def world(session: Session, on: date, number: int) -> World:
    """A territory where nothing has happened yet."""
    random = Random(number)
    place = trade.territory(session)
    ends = random.choice(
        [("15/10/2026", "30/06/2027"), ("20/08/2026", "31/12/2026"), ("31/12/2026", "15/11/2026")]
    )
    lots = [
        trade.lot(session, place, start="01/07/2026", end=ends[0], hours="500"),
        trade.lot(session, place, start="10/08/2026", end=ends[1], hours=random.choice(["300", None]), periodicity=Periodicity.quarterly),
    ]  # fmt: skip
    company, siae = trade.company(session), trade.siae(session)
    awards = [trade.award(session, lot, company) for lot in lots]
    under = trade.company(session, "Sous-traitant d’essai")
    awards.append(trade.award(session, lots[0], under, AwardRole.sous_traitant, awards[0]))
    people = [trade.person(session, place, "01/06/2026") for _ in range(3)]
    made = World(session, on, place, lots, awards, company, siae, people)
    for each in (company, siae, under):
        made.contacts.append(
            contacts.add(
                session, place.id, each, name="Contact fictif", email=f"c{each.id}@demo.example", by=None
            )
        )
    return made


def live(here: World, acts: list[tuple[str, int]]) -> None:
    """Do these acts in order; what the domain refuses has not happened."""
    for name, number in acts:
        try:
            with here.session.begin_nested():
                ACTS[name](here, Random(number))
                here.session.flush()
        except Refused:
            here.session.expire_all()
    verdicts.refresh(here.session)


def _some_day(here: World, random: Random, first: date = FIRST) -> date:
    return first + timedelta(days=random.randrange(0, max(1, (here.on - first).days + 1)))


def _month(here: World, random: Random) -> date:
    return _some_day(here, random).replace(day=1)


def _propose(here: World, random: Random) -> None:
    award = random.choice(here.awards)
    lent = random.random() < 0.6
    from_on = _some_day(here, random)
    placements.propose(
        here.session, random.choice(here.people), award,
        employer_id=here.siae.id if lent else award.organisation_id,
        mode=PlacementMode.mise_a_disposition if lent else PlacementMode.embauche_directe,
        from_on=from_on, on=_some_day(here, random), by=None,
        to_on=from_on + timedelta(days=random.choice([20, 90])) if random.random() < 0.3 else None,
    )  # fmt: skip


def _of(here: World, random: Random, model: Any, *states: str) -> Any:
    query = select(model).where(model.territory_id == here.place.id)
    if states:
        query = query.where(model.state.in_(states))
    rows = list(here.session.scalars(query.order_by(model.id)))
    return random.choice(rows) if rows else None


def _confirm(here: World, random: Random) -> None:
    placement = _of(here, random, Placement, "proposed")
    if isinstance(placement, Placement):
        until = placement.from_on + timedelta(days=random.choice([25, 60, 300]))
        answer = random.choice(
            [
                Answer(ContractType.cdi, placement.from_on, None, Decimal(35)),
                Answer(ContractType.cddi, placement.from_on, until, Decimal(35)),
            ]
        )
        person = here.session.get_one(Person, placement.person_id)
        placements.confirm(here.session, placement, person, answer, on=placement.from_on, by=None)


def _also_serve(here: World, random: Random) -> None:
    """A contract that exists serves a second placement, perhaps on the other lot."""
    placement, contract = _of(here, random, Placement, "proposed"), _of(here, random, Contract)
    if isinstance(placement, Placement) and isinstance(contract, Contract):
        placements.serve(here.session, contract, placement, on=placement.from_on, by=None)


def _decline(here: World, random: Random) -> None:
    placement = _of(here, random, Placement, "proposed")
    if isinstance(placement, Placement):
        placements.decline(here.session, placement, "Pas de poste", on=here.on, by=None)


def _withdraw(here: World, random: Random) -> None:
    placement = _of(here, random, Placement, "proposed")
    if isinstance(placement, Placement):
        placements.withdraw(here.session, placement, "Autre emploi", by=None)


def _end_placement(here: World, random: Random) -> None:
    placement = _of(here, random, Placement, "confirmed")
    if isinstance(placement, Placement):
        placements.end(here.session, placement, _some_day(here, random), "Fin de mission", by=None)


def _end_contract(here: World, random: Random) -> None:
    contract = _of(here, random, Contract)
    if isinstance(contract, Contract):
        contracts.end(here.session, contract, _some_day(here, random), "Démission", by=None)


def _declare(here: World, random: Random) -> None:
    contract = _of(here, random, Contract)
    if isinstance(contract, Contract):
        from_on, to_on = declarations.default_period(contract, _month(here, random))
        if random.random() < 0.2:
            to_on = from_on + (to_on - from_on) / 2
        parts = None
        serving = list(
            here.session.scalars(
                select(PlacementContract.placement_id).where(PlacementContract.contract_id == contract.id)
            )
        )
        if len(serving) > 1:
            parts = [declarations.Part(random.choice(serving), Decimal(10))]
        declarations.declare(
            here.session, contract, from_on=from_on, to_on=to_on, worked=Decimal(random.choice([0, 20, 100])) if parts is None else Decimal(10),
            on=min(here.on, to_on + timedelta(days=random.randrange(0, 40))), by=None, parts=parts,
        )  # fmt: skip


def _nil(here: World, random: Random) -> None:
    declarations.declare_nil(
        here.session, random.choice(here.awards), _month(here, random), on=here.on, by=None
    )


def _validate(here: World, random: Random) -> None:
    sheet = _of(here, random, Timesheet, "declared")
    if isinstance(sheet, Timesheet):
        validations.validate(here.session, sheet, on=here.on, by=None)


def _refuse(here: World, random: Random) -> None:
    sheet = _of(here, random, Timesheet, "declared")
    if isinstance(sheet, Timesheet):
        on = min(here.on, sheet.declared_on + timedelta(days=random.randrange(0, 90)))
        validations.refuse(here.session, sheet, "Feuille illisible", on=on, by=None)


def _correct(here: World, random: Random) -> None:
    sheet = _of(here, random, Timesheet, "declared", "validated", "refused")
    if isinstance(sheet, Timesheet):
        contract = here.session.get_one(Contract, sheet.contract_id)
        declarations.correct(
            here.session, contract, sheet, "Relu", from_on=sheet.from_on, to_on=sheet.to_on,
            worked=sheet.worked, on=min(here.on, sheet.declared_on + 5 * DAY), by=None,
        )  # fmt: skip


def _empty(here: World, random: Random) -> None:
    """The facilitator corrects a relevé and leaves its shares for later."""
    sheet = _of(here, random, Timesheet, "declared", "validated", "refused")
    if isinstance(sheet, Timesheet):
        contract = here.session.get_one(Contract, sheet.contract_id)
        declarations.correct(
            here.session, contract, sheet, "À répartir", from_on=sheet.from_on, to_on=sheet.to_on,
            worked=sheet.worked, on=min(here.on, sheet.declared_on + 5 * DAY), by=None, parts=[],
        )  # fmt: skip


def _share_out(here: World, random: Random) -> None:
    """What waits for its shares gets those of the relevé that it corrects."""
    waiting = [
        sheet for sheet in _rows(here, Timesheet) if sheet.state == "declared" and not _lots(here, sheet)
    ]
    if waiting:
        sheet = random.choice(waiting)
        contract = here.session.get_one(Contract, sheet.contract_id)
        sharing.share_out(here.session, contract, sheet, sharing.proposal(here.session, sheet), by=None)


def _lots(here: World, sheet: Timesheet) -> list[int]:
    return list(here.session.scalars(select(Share.lot_id).where(Share.timesheet_id == sheet.id)))


def _second(here: World, random: Random) -> None:
    """The other side confirms, or contests."""
    share = _of(here, random, Share)
    if not isinstance(share, Share):
        return
    other = answering.second_party(here.session, share.placement_id)
    if other is not None:
        by = Speaker(other, "Alix Fictif")
        if random.random() < 0.5:
            answering.confirm(here.session, [share.id], by=by, at=now())
        else:
            answering.contest(here.session, share.id, share.hours + 1, "absent", by=by, at=now())


def _end_lot(here: World, random: Random) -> None:
    lot_dates.set_date(here.session, random.choice(here.lots), "end", _some_day(here, random), by=None)


def _receive_lot(here: World, random: Random) -> None:
    random.choice(here.lots).received_on = _some_day(here, random) + timedelta(days=random.choice([0, 40]))


def _stop_lot(here: World, random: Random) -> None:
    from_on = _some_day(here, random)
    to_on = from_on + timedelta(days=random.choice([10, 45])) if random.random() < 0.7 else None
    lot_dates.stop(here.session, random.choice(here.lots), from_on, to_on, "Intempéries", by=None)


def _no_clause(here: World, random: Random) -> None:
    here.session.get_one(Market, random.choice(here.lots).market_id).considerations = ["aucune"]


def _expect(here: World, random: Random) -> None:
    documents.expect(
        here.session, random.choice(here.lots), f"Pièce {random.random()}", _some_day(here, random), by=None
    )


def _receive(here: World, random: Random) -> None:
    document = _of(here, random, ExpectedDocument)
    if isinstance(document, ExpectedDocument):
        documents.receive(here.session, document, here.on, on=here.on, by=None)


def _leave(here: World, random: Random) -> None:
    contacts.leave(here.session, random.choice(here.contacts), on=here.on, by=None)


def _bounce(here: World, random: Random) -> None:
    contacts.bounced(here.session, random.choice(here.contacts).email or "", at=now())


def _settle(here: World, random: Random) -> None:
    """Something due is done, said «néant» or contested: the reminder of it is the one that must not leave."""
    verdicts.refresh(here.session)
    due = reminders_due.due(here.session, here.on, [here.place.id])
    if due:
        kind = random.choice(sorted({each.kind for each in due}))
        each = random.choice([one for one in due if one.kind is kind])
        random.choice(ENDS[each.kind])(here, each)


def _end_by_hours(here: World, each: Due) -> None:
    assert each.month is not None
    contract = here.session.get_one(Contract, each.thing_id)
    from_on, to_on = declarations.default_period(contract, each.month)
    declarations.declare(
        here.session, contract, from_on=from_on, to_on=to_on, worked=Decimal(20), on=here.on, by=None
    )


def _end_by_hours_to_share(here: World, each: Due) -> None:
    """Declared, then corrected by the facilitator, who leaves the shares for later."""
    _end_by_hours(here, each)
    last = select(Timesheet).where(Timesheet.contract_id == each.thing_id).order_by(Timesheet.id.desc())
    sheet = here.session.scalars(last.limit(1)).one()
    contract = here.session.get_one(Contract, each.thing_id)
    declarations.correct(
        here.session, contract, sheet, "À répartir", from_on=sheet.from_on, to_on=sheet.to_on,
        worked=sheet.worked, on=here.on, by=None, parts=[],
    )  # fmt: skip


def _end_by_nil(here: World, each: Due) -> None:
    assert each.month is not None
    for award in here.awards:
        if award.lot_id in each.lot_ids:
            declarations.declare_nil(here.session, award, each.month, on=here.on, by=None)


def _end_by_correction(here: World, each: Due) -> None:
    sheet = here.session.get_one(Timesheet, each.thing_id)
    contract = here.session.get_one(Contract, sheet.contract_id)
    declarations.correct(
        here.session, contract, sheet, "Relu", from_on=sheet.from_on, to_on=sheet.to_on,
        worked=sheet.worked, on=here.on, by=None,
    )  # fmt: skip


def _end_by_contest(here: World, each: Due) -> None:
    of_sheet = each.kind is DueKind.to_split
    wanted = Share.timesheet_id == each.thing_id if of_sheet else Share.id == each.thing_id
    for share in here.session.scalars(select(Share).where(wanted)):
        other = answering.second_party(here.session, share.placement_id)
        if other is not None:
            by = Speaker(other, "Alix Fictif")
            answering.contest(here.session, share.id, share.hours + 1, "absent", by=by, at=now())


def _end_by_confirming(here: World, each: Due) -> None:
    other = answering.second_party(here.session, here.session.get_one(Share, each.thing_id).placement_id)
    assert other is not None
    answering.confirm(here.session, [each.thing_id], by=Speaker(other, "Alix Fictif"), at=now())


def _end_by_refusing(here: World, each: Due) -> None:
    placement = here.session.get_one(Placement, each.thing_id)
    placements.decline(here.session, placement, "Pas de poste", on=here.on, by=None)


def _end_by_closing(here: World, each: Due) -> None:
    for lot in here.lots:
        if lot.id in each.lot_ids:
            lot.received_on = here.on


def _end_by_receiving(here: World, each: Due) -> None:
    document = here.session.get_one(ExpectedDocument, each.thing_id)
    documents.receive(here.session, document, here.on, on=here.on, by=None)


ENDS: dict[DueKind, list[Callable[[World, Due], None]]] = {
    DueKind.hours: [_end_by_hours, _end_by_hours_to_share, _end_by_nil, _end_by_closing],
    DueKind.nil: [_end_by_nil],
    DueKind.refused: [_end_by_correction, _end_by_nil],
    DueKind.to_split: [_end_by_contest],
    DueKind.second: [_end_by_contest, _end_by_confirming],
    DueKind.placement: [_end_by_refusing, _end_by_closing],
    DueKind.document: [_end_by_receiving],
}
ACTS: dict[str, Callable[[World, Random], None]] = {
    "propose": _propose,
    "confirm": _confirm,
    "also_serve": _also_serve,
    "decline": _decline,
    "withdraw": _withdraw,
    "end_placement": _end_placement,
    "end_contract": _end_contract,
    "declare": _declare,
    "nil": _nil,
    "validate": _validate,
    "refuse": _refuse,
    "correct": _correct,
    "empty": _empty,
    "share_out": _share_out,
    "second": _second,
    "end_lot": _end_lot,
    "receive_lot": _receive_lot,
    "stop_lot": _stop_lot,
    "no_clause": _no_clause,
    "expect": _expect,
    "receive": _receive,
    "leave": _leave,
    "bounce": _bounce,
    "settle": _settle,
}
USUAL = [
    "propose",
    "propose",
    "confirm",
    "confirm",
    "declare",
    "declare",
    "declare",
    "refuse",
    "settle",
]  # most days are like these


# The oracle: every day of every month is looked at.


def oracle(here: World) -> set[Key]:
    """What a letter must name on this day, and nothing else."""
    here.session.flush()
    here.session.expire_all()
    _read_lots(here)
    return {*_hours(here), *_words(here), *_sheets(here), *_answers(here), *_waiting(here), *_papers(here)}


def _rows(here: World, model: Any) -> list[Any]:
    query = select(model).where(model.territory_id == here.place.id)
    return list(here.session.scalars(query.order_by(model.id)))


def _read_lots(here: World) -> None:
    """The first and last day of each lot, and its days without a stop."""
    year = [day for number in range(1, 13) for day in _days(date(2026, number, 1))]
    for lot in here.lots:
        start, end = lot_dates.execution(here.session, [lot.id])[lot.id]
        assert start is not None and end is not None
        stops = list(here.session.scalars(select(LotStop).where(LotStop.lot_id == lot.id)))
        here.bounds[lot.id] = start, end
        here.running[lot.id] = {
            day
            for day in year
            if start <= day <= end
            and not any(stop.from_on <= day <= (stop.to_on or date.max) for stop in stops)
        }


def _over(here: World, lot: Lot) -> bool:
    """Nobody is asked about this lot any more."""
    market = here.session.get_one(Market, lot.market_id)
    received = lot.received_on is not None and lot.received_on <= here.on
    return received or here.on > here.bounds[lot.id][1] + 60 * DAY or market.considerations == ["aucune"]


def _days(month: date) -> list[date]:
    return [month + i * DAY for i in range(calendar.monthrange(month.year, month.month)[1])]


def _months(here: World) -> list[date]:
    return [date(2026, number, 1) for number in range(1, 13) if _days(date(2026, number, 1))[-1] < here.on]


def _period_end(lot: Lot, month: date) -> date:
    last = month.replace(month=(month.month + 2) // 3 * 3) if lot.periodicity == "quarterly" else month
    return _days(last)[-1]


def _lately(here: World, since: date) -> bool:
    return 0 <= (here.on - since).days < 60


def _pairs(here: World) -> list[tuple[Contract, Placement]]:
    rows = here.session.execute(
        select(Contract, Placement)
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(Contract.territory_id == here.place.id, Placement.state == "confirmed")
    )
    return [(contract, placement) for contract, placement in rows]


def _at_work(here: World, contract: Contract, placement: Placement, month: date) -> bool:
    lot = here.session.get_one(Lot, placement.lot_id)
    return any(
        contract.from_on <= day <= (contract.last_on or date.max)
        and placement.from_on <= day <= (placement.to_on or date.max)
        and day in here.running[lot.id]
        for day in _days(month)
    )


def _nils(here: World) -> set[tuple[int, date]]:
    return {(row.award_id, row.month) for row in _rows(here, NilDeclaration)}


def _current(here: World) -> list[Timesheet]:
    return [row for row in _rows(here, Timesheet) if isinstance(row, Timesheet) and row.state != "replaced"]


def _hours(here: World) -> set[Key]:
    found, nils, sheets = set(), _nils(here), _current(here)
    for month in _months(here):
        ends: dict[int, date] = {}
        for contract, placement in _pairs(here):
            lot = here.session.get_one(Lot, placement.lot_id)
            said = any(
                (each.contract_id, each.month) == (contract.id, month)
                and (each.state != "refused" or _lots(here, each))
                for each in sheets
            )
            end = _period_end(lot, month)
            if said or (placement.award_id, month) in nils or _over(here, lot) or end >= here.on:
                continue
            if _at_work(here, contract, placement, month):
                ends[contract.id] = min(end, ends.get(contract.id, end))
        found |= {("hours", id, month.isoformat()) for id, end in ends.items() if _lately(here, end + DAY)}
    return found


def _words(here: World) -> set[Key]:
    """The company of each lot, when nobody works there and nothing was said."""
    found, nils = set(), _nils(here)
    for award in here.awards[:2]:
        lot = here.session.get_one(Lot, award.lot_id)
        for month in _months(here):
            last, end = _days(month)[-1], _period_end(lot, month)
            owed = sum(
                line.delta
                for line in here.session.scalars(select(LedgerLine).where(LedgerLine.lot_id == lot.id))
                if line.effective_on is not None and line.effective_on <= last
            )
            done = sum(
                (share.retained for share in here.session.scalars(select(Share).where(Share.lot_id == lot.id))), Decimal(0)
            )  # fmt: skip
            everything = sum(
                line.delta
                for line in here.session.scalars(select(LedgerLine).where(LedgerLine.lot_id == lot.id))
            )
            known = any(
                share.month == month
                and here.session.get_one(Timesheet, share.timesheet_id).state != "replaced"
                for share in here.session.scalars(select(Share).where(Share.lot_id == lot.id))
            )
            shared_out = any(
                (sheet.month, sheet.contract_id) == (month, contract.id) and placement.lot_id == lot.id
                for sheet in _current(here)
                if sheet.state != "refused" and not _lots(here, sheet)
                for contract, placement in _pairs(here)
            )
            works = any(day in here.running[lot.id] for day in _days(month))
            busy = any(
                placement.lot_id == lot.id and _at_work(here, contract, placement, month)
                for contract, placement in _pairs(here)
            )
            silent = works and owed > 0 and done < everything and not known and not shared_out and not busy
            if silent and (award.id, month) not in nils and not _over(here, lot) and _lately(here, end + DAY):
                found.add(("nil", award.id, month.isoformat()))
    return found


def _sheets(here: World) -> set[Key]:
    """Refused and not said again; waiting across a limit and not contested."""
    found, nils = {}, _nils(here)
    for sheet in _current(here):
        shares = list(here.session.scalars(select(Share).where(Share.timesheet_id == sheet.id)))
        expected = any(
            not _over(here, here.session.get_one(Lot, share.lot_id))
            and (share.award_id, share.month) not in nils
            for share in shares
        )
        contested = any(
            here.session.scalar(select(SecondAnswer.id).where(SecondAnswer.share_id == share.id, SecondAnswer.contested))
            for share in shares
        )  # fmt: skip
        month = sheet.month.isoformat()
        if sheet.state == "refused" and expected:
            again = any(
                other.contract_id == sheet.contract_id
                and other.state in ("declared", "validated")
                and other.from_on <= sheet.to_on
                and sheet.from_on <= other.to_on
                for other in _current(here)
            )
            assert sheet.decided_on is not None
            if not again:
                late = _lately(here, sheet.decided_on + 3 * DAY)
                found["refused", sheet.contract_id, month] = ("refused", sheet.id, month) if late else None
        straddles = sheet.state == "declared" and any(share.split_on for share in shares)
        asked = expected and not contested and _lately(here, sheet.declared_on + 3 * DAY)
        if straddles and asked:
            found["to_split", sheet.id, month] = ("to_split", sheet.id, month)
    return {key for key in found.values() if key is not None}


def _answers(here: World) -> set[Key]:
    found = set()
    for share in _rows(here, Share):
        assert isinstance(share, Share)
        sheet = here.session.get_one(Timesheet, share.timesheet_id)
        other = answering.second_party(here.session, share.placement_id)
        said = here.session.scalar(select(SecondAnswer.id).where(SecondAnswer.share_id == share.id))
        lot = here.session.get_one(Lot, share.lot_id)
        waits = sheet.state == "declared" and other is not None and said is None and share.hours > 0
        if waits and not _over(here, lot) and _lately(here, sheet.declared_on + 3 * DAY):
            found.add(("second", share.id, share.month.isoformat()))
    return found


def _waiting(here: World) -> set[Key]:
    found = set()
    for placement in _rows(here, Placement):
        assert isinstance(placement, Placement)
        lot = here.session.get_one(Lot, placement.lot_id)
        past = here.bounds[lot.id][1] < here.on or (placement.to_on is not None and placement.to_on < here.on)
        waits = placement.state == "proposed" and not past and not _over(here, lot)
        if waits and _lately(here, placement.proposed_on + 3 * DAY):
            found.add(("placement", placement.id, ""))
    return found


def _papers(here: World) -> set[Key]:
    found = set()
    for paper in _rows(here, ExpectedDocument):
        assert isinstance(paper, ExpectedDocument)
        lot = here.session.get_one(Lot, paper.lot_id)
        market = here.session.get_one(Market, lot.market_id)
        closing = min(
            each for each in (here.bounds[lot.id][1] + 60 * DAY, lot.received_on) if each is not None
        )
        late = paper.received_on is None and paper.expected_on < here.on
        asked = not _over(here, lot) or paper.expected_on > closing
        if late and asked and market.considerations != ["aucune"]:
            found.add(("document", paper.id, ""))
    return found
