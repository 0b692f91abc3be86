"""The worked scenarios of the trade, set up through its verbs and committed; figures are read elsewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from facilitator import (
    awards,
    calibration,
    contracts,
    declarations,
    ledger,
    lines_to_confirm,
    lot_dates,
    second_answers,
    validations,
)
from facilitator.awards import Award
from facilitator.calibration import LabourShare
from facilitator.commitments import Calibration, LedgerLine
from facilitator.contracts import Contract
from facilitator.hours import HoursRefused, Timesheet
from facilitator.ledger import add_line, keep_calibration
from facilitator.markets import Lot
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.second_answers import Said, Speaker
from facilitator.territories import Territory
from facilitator.vocabulary import (
    AwardRole,
    CalibrationBasis,
    ContractType,
    LedgerKind,
    PlacementMode,
    SiaeKind,
)
from tests import trade
from tests.trade import Work, day


@dataclass(frozen=True)
class Scenario1:
    territory: Territory
    buyer: Organisation
    company: Organisation
    lot: Lot
    calibration: Calibration
    awaiting: Timesheet


def scenario_1(session: Session) -> Scenario1:
    """Offer above the minimum, avenant mid-way, hours before validation."""
    place, buyer, company = trade.territory(session), trade.buyer(session), trade.company(session)
    lot = trade.lot(
        session, place, start="01/09/2025", end="31/08/2026", by_buyer=buyer, penalty_rate=Decimal(35)
    )
    of_company = trade.award(session, lot, company)
    kept = _commitment_1(session, lot)
    known = trade.direct(
        session, trade.person(session, place, "01/09/2025"), of_company, ContractType.cdi, "01/10/2025"
    )
    late = trade.direct(
        session, trade.person(session, place, "16/02/2026"), of_company, ContractType.cdi, "09/02/2026"
    )
    months = {"10/2025": "60", "11/2025": "75.50", "12/2025": "50.25", "01/2026": "80"}
    for month, hours in (months | {"02/2026": "43.50", "03/2026": "90"}).items():
        trade.month(session, known.contract, month, hours)
    trade.validated(session, late.contract, "09/02/2026", "15/02/2026", "28")
    trade.validated(session, late.contract, "16/02/2026", "28/02/2026", "42")
    awaiting = trade.declared(session, late.contract, "01/03/2026", "31/03/2026", "12")
    session.commit()
    return Scenario1(place, buyer, company, lot, kept, awaiting)


def _commitment_1(session: Session, lot: Lot) -> Calibration:
    start, amended = day("01/09/2025"), day("15/03/2026")
    inputs = LabourShare(Decimal(1_000_000), Decimal(50), Decimal(5), Decimal(30))
    told = {"amount": "1000000", "labour_percent": "50", "rate_percent": "5", "hourly_cost": "30"}
    sizing = calibration.size(inputs)
    kept = keep_calibration(
        session, lot, CalibrationBasis.labour_share, told, sizing, on=day("01/06/2025"), by=None
    )
    add_line(session, lot, LedgerKind.initial, Decimal(833), effective_on=start, by=None, calibration=kept)
    add_line(session, lot, LedgerKind.offre_superieure, Decimal(67), effective_on=start, by=None)
    add_line(session, lot, LedgerKind.avenant, Decimal(90), effective_on=amended, by=None)
    lot_dates.set_date(session, lot, "end", day("31/10/2026"), by=None, effective_on=amended)
    return kept


@dataclass(frozen=True)
class Scenario2:
    territory: Territory
    lot: Lot
    affirmed: LedgerLine
    never: LedgerLine


def scenario_2(session: Session) -> Scenario2:
    """2a: a tranche optionnelle is never confirmed."""
    place = trade.territory(session)
    lot = trade.lot(
        session, place, start="01/09/2025", end="31/05/2026", hours="400", penalty_rate=Decimal(35)
    )
    on_award = trade.award(session, lot)
    tranches = [
        add_line(
            session,
            lot,
            LedgerKind.tranche,
            Decimal(hours),
            effective_on=None,
            option_until=day("30/06/2026"),
            label=label,
            by=None,
        )
        for label, hours in (("TO1", 250), ("TO2", 300))
    ]
    ledger.affirm(session, lot, tranches[0], day("10/02/2026"), by=None)
    hired = trade.direct(
        session, trade.person(session, place, "01/09/2025"), on_award, ContractType.cdi, "01/09/2025"
    )
    counted = {"09/2025": 100, "10/2025": 100, "11/2025": 80, "12/2025": 60, "01/2026": 80}
    counted |= {"02/2026": 60, "03/2026": 70, "04/2026": 70, "05/2026": 80}
    for month, hours in counted.items():
        trade.month(session, hired.contract, month, str(hours))
    session.commit()
    return Scenario2(place, lot, tranches[0], tranches[1])


def scenario_2_invoiced(session: Session) -> tuple[Lot, list[LedgerLine | None]]:
    """2b: a framework agreement that owes 1 h per full 2 000 € invoiced above 2 700 000 €."""
    lot = trade.lot(session, trade.territory(session), start="01/01/2026", end="31/12/2027")
    inputs = {"floor": "2700000", "step": "2000"}
    sizing = calibration.size(calibration.Invoiced(Decimal(0), Decimal(2_700_000), Decimal(2000)))
    keep_calibration(session, lot, CalibrationBasis.invoiced, inputs, sizing, on=day("01/01/2026"), by=None)
    written = [
        ledger.record_invoicing(session, lot, day(closed), Decimal(cumulated), by=None)
        for closed, cumulated in (
            ("30/04/2026", 2_690_000),
            ("31/05/2026", 2_701_999),
            ("30/06/2026", 2_702_000),
            ("31/12/2026", 3_150_000),
            ("31/01/2027", 3_140_000),
        )
    ]
    session.commit()
    return lot, written


@dataclass(frozen=True)
class Scenario3:
    territory: Territory
    lot: Lot
    person: Person
    work: Work


def scenario_3(session: Session, *, split: bool = True, **parameters: str) -> Scenario3:
    """The 24 months end in the middle of a month; parameters are those of the territory."""
    place = trade.territory(session, **parameters)
    lot = trade.lot(session, place, start="01/06/2024", end="31/12/2026", hours="4000")
    person = trade.person(session, place, "17/05/2024", on=day("17/05/2024"))
    hired = trade.direct(session, person, trade.award(session, lot), ContractType.cdi, "03/06/2024")
    for index in range(23):
        year, month = divmod(2024 * 12 + 5 + index, 12)
        trade.month(session, hired.contract, f"{month + 1:02d}/{year}", "140")
    may = trade.month(session, hired.contract, "05/2026", "133")
    june = trade.month(session, hired.contract, "06/2026", "120")
    if split:
        for sheet, at, first in ((may, "17/05/2026", 72), (june, "03/06/2026", 14)):
            declarations.split(
                session, hired.contract, sheet, day(at), Decimal(first), on=day("30/06/2026"), by=None
            )
    session.commit()
    return Scenario3(place, lot, person, hired)


@dataclass(frozen=True)
class Scenario5:
    territory: Territory
    company: Organisation
    lot: Lot
    person: Person
    placement: Placement
    fixed_term: Contract
    open_ended: Contract


def scenario_5(session: Session) -> Scenario5:
    """A CDD turned CDI, still employed when the lot ends."""
    place, company = trade.territory(session), trade.company(session)
    lot = trade.lot(session, place, start="01/01/2025", end="31/12/2025", hours="1600")
    on_award = trade.award(session, lot, company)
    person = trade.person(session, place, "10/01/2025")
    hired = trade.direct(session, person, on_award, ContractType.cdd, "13/01/2025", "13/04/2025")
    contracts.renew(session, hired.contract, day("11/07/2025"), on=day("14/04/2025"), by=None)
    lasting = contracts.record(
        session,
        person,
        company.id,
        type=ContractType.cdi,
        from_on=day("12/07/2025"),
        to_on=None,
        weekly_hours=Decimal(35),
        continues=hired.contract,
        by=None,
    )
    contracts.serve(session, lasting, hired.placement.id, by=None)
    first = {"01": "91", "02": "140", "03": "140", "04": "140", "05": "140", "06": "140", "07": "49"}
    for month, hours in first.items():
        trade.month(session, hired.contract, f"{month}/2025", hours)
    for month, hours in {"07": "84", "08": "70", "09": "140", "10": "140", "11": "140", "12": "140"}.items():
        trade.month(session, lasting, f"{month}/2025", hours)
    session.commit()
    return Scenario5(place, company, lot, person, hired.placement, hired.contract, lasting)


@dataclass(frozen=True)
class Scenario6:
    territory: Territory
    etti: Organisation
    user_company: Organisation
    x: Lot
    y: Lot
    people: tuple[Person, Person, Person, Person]
    warnings: tuple[str, ...]  # of the second line of P2
    refusal: str  # of the second line of P3
    sent_back: Timesheet  # the mission of P1 on Y that E did not confirm


def scenario_6(session: Session) -> Scenario6:
    """An ETTI, two sites, one month; ends where the facilitator has sent back what E contested."""
    place = trade.territory(session, month_warning="220", month_ceiling="300")
    etti, user = trade.siae(session, SiaeKind.ETTI), trade.company(session)
    x, y = (
        trade.lot(session, place, start="01/01/2026", end="31/12/2026", hours="2000", number=number)
        for number in ("X", "Y")
    )
    on_x, on_y = trade.award(session, x, user), trade.award(session, y, user)
    valid = [trade.person(session, place, since) for since in ["01/06/2025"] * 3 + ["20/04/2026"]]
    one, two, three, four = valid
    _missions(session, one, on_x, etti, (("07", "10", "28"), ("13", "17", "35")))
    _, last = _missions(session, one, on_y, etti, (("20", "24", "35"), ("27", "30", "28")))
    _missions(session, two, on_x, etti, (("01", "30", "120"),))
    second = trade.work(session, two, on_y, etti, ContractType.ctt, *_april("02", "30"), weekly_hours=LONG)
    warnings = _declare(session, second.contract, "110")
    _missions(session, three, on_x, etti, (("01", "30", "160"),))
    second = trade.work(session, three, on_y, etti, ContractType.ctt, *_april("02", "30"), weekly_hours=LONG)
    with pytest.raises(HoursRefused) as refused:
        _declare(session, second.contract, "145")
    _missions(session, four, on_x, etti, (("13", "17", "35"), ("20", "24", "35"), ("27", "30", "28")))
    _second_party(session, user, last)
    validations.refuse(
        session, last, "E confirme 56 h pour le mois : absent le 29/04", on=day("05/05/2026"), by=None
    )
    for sheet in _waiting(session, place):
        validations.validate(session, sheet, on=day("05/05/2026"), by=None)
    session.commit()
    return Scenario6(place, etti, user, x, y, (one, two, three, four), warnings, str(refused.value), last)


def _second_party(session: Session, user: Organisation, contested: Timesheet) -> None:
    """E confirms every line but the last mission of P1 on Y, where it says 21 h: 56 h for the month."""
    speaker = Speaker(user.id, "Chef de chantier fictif")
    said = [
        Said(line.share_id, Decimal(21), "absent le 29/04")
        if line.hours == 28 and line.from_on == contested.from_on and line.person_id == contested.person_id
        else Said(line.share_id)
        for line in lines_to_confirm.awaiting(session, user.id)
    ]
    second_answers.answer(session, said, by=speaker, at=datetime(2026, 5, 4, 9, tzinfo=UTC))


def declared_again(session: Session, scene: Scenario6) -> Timesheet:
    """The ETTI declares 21 h in the place of the 28 h sent back, and they are validated."""
    old = scene.sent_back
    contract = session.get_one(Contract, old.contract_id)
    again = declarations.correct(
        session,
        contract,
        old,
        "Absence du 29/04",
        from_on=old.from_on,
        to_on=old.to_on,
        worked=Decimal(21),
        on=day("06/05/2026"),
        by=None,
    ).timesheet
    validations.validate(session, again, on=day("07/05/2026"), by=None)
    session.commit()
    return again


LONG = Decimal(48)


def _april(first: str, last: str) -> tuple[str, str]:
    return f"{first}/04/2026", f"{last}/04/2026"


def _missions(
    session: Session,
    person: Person,
    on_award: Award,
    etti: Organisation,
    missions: tuple[tuple[str, str, str], ...],
) -> list[Timesheet]:
    """One placement served by successive CTT, each with its relevé."""
    placement: Placement | None = None
    sheets = []
    for first, last, hours in missions:
        start, end = _april(first, last)
        if placement is None:
            at_work = trade.work(
                session, person, on_award, etti, ContractType.ctt, start, end, weekly_hours=LONG
            )
            placement, contract = at_work.placement, at_work.contract
        else:
            contract = contracts.record(
                session,
                person,
                etti.id,
                type=ContractType.ctt,
                from_on=day(start),
                to_on=day(end),
                weekly_hours=LONG,
                by=None,
            )
            contracts.serve(session, contract, placement.id, by=None)
        sheets.append(trade.declared(session, contract, start, end, hours))
    return sheets


def _declare(session: Session, contract: Contract, hours: str) -> tuple[str, ...]:
    return declarations.declare(
        session,
        contract,
        from_on=contract.from_on,
        to_on=contract.last_on or contract.from_on,
        worked=Decimal(hours),
        on=day("30/04/2026"),
        by=None,
    ).warnings


def _waiting(session: Session, place: Territory) -> list[Timesheet]:
    every = [each.id for each in session.query(Timesheet.id)]
    return validations.lock_all(session, every, place.id)


@dataclass(frozen=True)
class Scenario8:
    territory: Territory
    lot: Lot
    mandataire: Award
    a: Award
    b: Award
    subcontractor: Award


def scenario_8(session: Session, **fields: Any) -> Scenario8:
    """Cotraitants with a transfer, and a subcontractor whose hours stand under A."""
    place = trade.territory(session)
    lot = trade.lot(session, place, start="01/09/2025", end="31/08/2026", penalty_rate=Decimal(60), **fields)
    leader = trade.award(session, lot, role=AwardRole.mandataire)
    a, b = (trade.award(session, lot, role=AwardRole.cotraitant) for _ in range(2))
    ei = trade.siae(session, SiaeKind.EI)
    sub = awards.award(session, lot, ei, AwardRole.sous_traitant, parent=a, by=None)
    for holder, hours in ((leader, 600), (a, 400), (b, 200)):
        add_line(
            session,
            lot,
            LedgerKind.initial,
            Decimal(hours),
            effective_on=day("01/09/2025"),
            award=holder,
            by=None,
        )
    ledger.transfer(session, lot, b, a, Decimal(100), effective_on=day("01/03/2026"), by=None)
    done = ((leader, (130, 130, 130, 130, 130)), (a, (140, 140, 30)), (b, (40,)))
    for holder, months in done:
        hired = trade.direct(
            session, trade.person(session, place, "01/09/2025"), holder, ContractType.cdi, "01/10/2025"
        )
        _months_of_2026(session, hired.contract, months)
    inside = trade.work(
        session,
        trade.person(session, place, "01/09/2025"),
        sub,
        ei,
        ContractType.cddi,
        "01/10/2025",
        "31/08/2026",
        mode=PlacementMode.sous_traitance,
    )
    _months_of_2026(session, inside.contract, (100, 50))
    session.commit()
    return Scenario8(place, lot, leader, a, b, sub)


def _months_of_2026(session: Session, contract: Contract, months: tuple[int, ...]) -> None:
    for number, hours in enumerate(months, start=1):
        trade.month(session, contract, f"{number:02d}/2026", str(hours))


@dataclass
class Scenario9:
    """One person between two workshops; each step records what was learnt on that day."""

    session: Session
    territory: Territory
    person: Person
    lot: Lot
    other_lot: Lot
    workshop: Organisation
    other_workshop: Organisation

    def second(self) -> Work:
        """C2, recorded on 05/06/2025."""
        return self._work(self.lot, self.workshop, "01/06/2025", "31/08/2025")

    def third(self, start: str = "01/12/2025") -> Work:
        """C3, a CDDI in another ACI."""
        return self._work(self.other_lot, self.other_workshop, start, "31/03/2026")

    def forgotten(self) -> Work:
        """Entered on 20/04/2026: a contract of the autumn that nobody had recorded."""
        return self._work(self.lot, self.workshop, "15/10/2025", "30/11/2025")

    def _work(self, lot: Lot, workshop: Organisation, start: str, end: str) -> Work:
        on_award = self.session.query(Award).filter_by(lot_id=lot.id).one()
        done = trade.work(self.session, self.person, on_award, workshop, ContractType.cddi, start, end)
        self.session.commit()
        return done


def scenario_9(session: Session) -> Scenario9:
    """Exit with a 2-month gap, then a gap of exactly 3 months; stands after C1."""
    place = trade.territory(session)
    lots = [trade.lot(session, place, start="01/01/2025", end="31/12/2026") for _ in range(2)]
    for lot in lots:
        trade.award(session, lot)
    workshops = [trade.siae(session, SiaeKind.ACI) for _ in range(2)]
    person = trade.person(session, place, "01/01/2025")
    scene = Scenario9(session, place, person, lots[0], lots[1], workshops[0], workshops[1])
    scene._work(scene.lot, scene.workshop, "01/01/2025", "31/03/2025")
    return scene
