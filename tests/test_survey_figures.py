"""Each figure of the survey is recomputed from the lines by another path, on two territories full of lines that must not count."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from facilitator import (
    followups,
    journeys,
    ledger,
    lot_dates,
    markets,
    operations,
    survey_figures,
    territories,
)
from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract, PlacementContract
from facilitator.followups import FollowUp
from facilitator.hours import Share
from facilitator.journal import now
from facilitator.markets import Lot, Market, Operation
from facilitator.organisations import Organisation, OrganisationRole, add_role
from facilitator.outcomes import FollowedPath, chain
from facilitator.paths import MILESTONES, MilestoneState
from facilitator.people import Eligibility, EligibilityCriterion, Person
from facilitator.periods import add_months
from facilitator.placements import Placement
from facilitator.sectors import sector_of
from facilitator.survey import PERSONAL, Axis, Survey, as_json, public_of
from facilitator.survey_figures import SurveyRefused
from facilitator.territories import Territory
from facilitator.vocabulary import (
    CONTRACT_GROUPS,
    ContractType,
    Criterion,
    LedgerKind,
    OrganisationRoleName,
    PlacementMode,
    SiaeKind,
)
from tests import trade
from tests.scenarios import scenario_5
from tests.trade import day

D, T = Decimal, ContractType
TODAY = day("23/11/2026")


@dataclass(frozen=True)
class Scene:
    one: Territory
    two: Territory


@pytest.fixture
def scene(session: Session) -> Scene:
    one = trade.territory(session)
    two = trade.territory(session, etp_hours="160", successive_missions_once="non", path_gap_months="9")
    sites = _markets(session, one, two)
    _people_of_one(session, one, sites)
    _people_of_two(session, two, sites)
    session.commit()
    _answers(session)
    session.commit()
    return Scene(one, two)


def _markets(session: Session, one: Territory, two: Territory) -> dict[str, Award]:
    commune, epci = trade.buyer(session), trade.organisation(session, "Agglomération d’essai")
    several, unsaid = trade.buyer(session), trade.organisation(session, "Syndicat d’essai")
    name = OrganisationRoleName.authority
    for of, kind in ((epci, "epci"), (several, "sem"), (unsaid, "")):
        add_role(session, of, name, kind)
    piloted = trade.lot(session, one, start="01/01/2025", hours="1000", by_buyer=commune, cpv="45210000")
    for delta, on in (("100", "31/12/2025"), ("50", "01/01/2026"), ("30", "01/02/2025")):
        ledger.add_line(session, piloted, LedgerKind.avenant, D(delta), effective_on=day(on), by=None)
    ledger.add_line(session, piloted, LedgerKind.tranche, D(300), effective_on=None, by=None)
    solar = trade.lot(session, one, start="01/12/2024", end="31/12/2026", by_buyer=epci, cpv="77310000")
    ledger.add_line(session, solar, LedgerKind.initial, D(500), effective_on=day("01/03/2025"), by=None)
    ledger.add_line(session, solar, LedgerKind.remise, D(-20), effective_on=day("01/12/2025"), by=None)
    market = session.get_one(Market, solar.market_id)
    field = operations.create(session, one.id, name="Toits d’essai", by=None, sector="énergies renouvelables")
    operations.group(session, market, field, by=None)
    idle = trade.lot(session, one, start="01/06/2024", hours="800")
    worked = trade.lot(session, two, start="31/12/2024", hours="700", by_buyer=several, cpv="99000000")
    tranche = trade.lot(session, two, start="01/06/2024", by_buyer=unsaid)
    line = ledger.add_line(session, tranche, LedgerKind.tranche, D(60), effective_on=None, by=None)
    ledger.affirm(session, tranche, line, day("10/02/2025"), by=None)
    early, elsewhere = trade.lot(session, one), trade.lot(session, one, start="01/04/2025", hours="77")
    for associated in (early, elsewhere):
        session.get_one(Market, associated.market_id).pilot = False
    _followed(session, two, early, pilot=True, owed="40")
    # Another market of the same buyer, under an id that another buyer gave too.
    namesake = trade.lot(session, two, start="01/07/2025", hours="25", by_buyer=commune)
    session.get_one(Market, namesake.market_id).decp_id = market.decp_id
    again = _followed(session, two, piloted, pilot=False, owed="999")
    _followed(session, two, solar, pilot=True, owed="111")
    lots = {"piloted": piloted, "solar": solar, "idle": idle, "worked": worked, "again": again}
    return {key: trade.award(session, lot) for key, lot in lots.items()}


def _followed(session: Session, place: Territory, lot: Lot, *, pilot: bool, owed: str) -> Lot:
    """The same lot in another territory."""
    own = session.get_one(Market, lot.market_id)
    buyer = session.get_one(Organisation, own.buyer_id)
    market = markets.create(
        session, place.id, buyer, object=own.object, by=None, decp_id=own.decp_id, pilot=pilot
    )
    found = markets.add_lot(session, market, number="1", title="Lot d’essai", by=None)
    for kind, value in (("start", "01/01/2025"), ("end", "31/12/2026")):
        lot_dates.set_date(session, found, kind, day(value), by=None)
    ledger.add_line(session, found, LedgerKind.initial, D(owed), effective_on=day("01/05/2025"), by=None)
    return found


def _people_of_one(session: Session, place: Territory, sites: dict[str, Award]) -> None:
    def person(birth: str | None, valid_from: str | None, **fields: Any) -> Person:
        birth_on = day(birth) if birth else None
        return trade.person(session, place, valid_from, birth_on=birth_on, **fields)

    lasting = person("01/02/1999", "01/02/2025", sex="f", education="cap_bep", qpv="QN99999X")
    hired = trade.direct(session, lasting, sites["piloted"], T.cdi, "01/02/2025")
    trade.month(session, hired.contract, "02/2025", "100.5")
    trade.declared(session, hired.contract, "01/03/2025", "31/03/2025", "50")
    trade.month(session, hired.contract, "12/2025", "70")
    trade.month(session, hired.contract, "01/2026", "80")
    _other_fiches(session, lasting)
    etti, sent = trade.siae(session), person(None, "01/01/2025", sex="h", education="bac")
    missions = (("piloted", "03/03/2025", "14/03/2025"), ("piloted", "17/03/2025", "28/03/2025"), ("solar", "01/04/2025", "30/04/2025"))  # fmt: skip
    for site, start, end in missions:
        mission = trade.work(session, sent, sites[site], etti, T.ctt, start, end)
        trade.validated(session, mission.contract, start, end, "35.25")
    # Began the year before: counted by the hours only, aged on 1 January.
    before = person("02/01/1999", "01/12/2024", education="none")
    fixed = trade.direct(session, before, sites["solar"], T.cdd, "01/12/2024", "29/06/2025")
    trade.month(session, fixed.contract, "12/2024", "120")
    trade.month(session, fixed.contract, "01/2025", "110")
    never = person("01/01/1980", None, sex="f")
    unseen = trade.direct(session, never, sites["idle"], T.cdd, "02/12/2024", "31/12/2025")
    trade.month(session, unseen.contract, "01/2025", "60")  # validated, not retained: no fiche
    later = person("01/01/1980", "01/01/2026")
    trade.direct(session, later, sites["piloted"], T.pec, "01/01/2026", "30/06/2026")
    left = person("01/01/1974", "01/06/2024", sex="h")
    trade.direct(session, left, sites["idle"], T.cdd, "01/06/2024", "15/12/2024")


def _other_fiches(session: Session, of: Person) -> None:
    """An older one, one that was refused, one that takes effect after the year."""
    states = (("validated", "01/03/2024", "deld"), ("refused", "01/06/2025", "senior"), ("validated", "01/02/2026", "cej"))  # fmt: skip
    for state, valid_from, criterion in states:
        on = day(valid_from)
        fiche = Eligibility(
            territory_id=of.territory_id, person_id=of.id, state=state, requested_on=on, decided_on=on,
            effective_on=on, refusal_reason="Incomplète" if state == "refused" else None,
        )  # fmt: skip
        session.add(fiche)
        session.flush()
        session.add(EligibilityCriterion(eligibility_id=fiche.id, criterion=criterion, determining=True))
    latest = session.scalars(select(Eligibility.id).where(Eligibility.person_id == of.id)).first()
    session.add(EligibilityCriterion(eligibility_id=latest, criterion="aah", determining=False))


def _people_of_two(session: Session, place: Territory, sites: dict[str, Award]) -> None:
    def person(birth: str, valid_from: str, **fields: Any) -> Person:
        return trade.person(session, place, valid_from, birth_on=day(birth), **fields)

    both = trade.siae(session)
    add_role(session, both, OrganisationRoleName.siae, SiaeKind.EI)
    twice = person("05/05/1975", "01/01/2025", sex="h")
    for start, end in (("05/05/2025", "16/05/2025"), ("19/05/2025", "30/05/2025")):
        mission = trade.work(session, twice, sites["worked"], both, T.ctt, start, end)
        trade.validated(session, mission.contract, start, end, "33.33")
    aci = trade.siae(session, SiaeKind.ACI)
    way = PlacementMode.sous_traitance
    started = person("15/05/1984", "15/05/2025", education="bac_plus")
    trade.work(session, started, sites["again"], aci, T.cddi, "15/05/2025", "31/12/2025", mode=way)
    aged = person("31/12/1974", "31/12/2025", sex="f")
    trade.direct(session, aged, sites["again"], T.professionnalisation, "31/12/2025", "31/10/2026")
    waiting = person("01/01/1990", "01/01/2025")
    trade.proposed(session, waiting, sites["worked"], aci, "01/06/2025")
    gone = person("01/01/1990", "01/01/2025")
    work = trade.direct(session, gone, sites["again"], T.cdd, "01/02/2025", "28/02/2025")
    trade.month(session, work.contract, "02/2025", "44.44")
    session.flush()
    work.placement.state = "withdrawn"  # its hours were retained; nothing starts
    left = person("01/01/1990", "01/06/2024", sex="f")
    trade.direct(session, left, sites["worked"], T.cdi, "31/12/2024", placed_until="31/12/2024")
    first = person("01/01/1990", "01/06/2024")
    award = sites["worked"]
    lot_dates.set_date(session, session.get_one(Lot, award.lot_id), "start", day("01/06/2024"), by=None)
    trade.direct(session, first, award, T.cdd, "01/06/2024", "30/06/2024")


def _answers(session: Session) -> None:
    """One of each outcome, and answers to what is not asked."""
    told = iter(
        [
            ("answered", "cdi"), ("unreachable", None), ("answered", "recherche"), None,
            ("answered", "formation_qualifiante"), ("out_of_scope", None), ("not_asked", None),
            ("answered", "contrat_iae"), ("refused", None),
        ] * 9
    )  # fmt: skip
    for territory in session.scalars(select(Territory).order_by(Territory.id)):
        for journey in journeys.of_territory(session, territory.id):
            for milestone in journey.path.milestones():
                one = next(told)
                exit_on = journey.path.to_on
                assert exit_on is not None
                if one:
                    session.add(_answer(journey.person_id, territory.id, exit_on, milestone.months, *one))
                earlier = exit_on - datetime.timedelta(days=1)
                stale = _answer(journey.person_id, territory.id, earlier, milestone.months, "answered", "cdi")
                session.add(stale)


def _answer(
    person: int, territory: int, exit_on: datetime.date, months: int, outcome: str, situation: str | None
) -> FollowUp:
    reference = add_months(exit_on, months)
    return FollowUp(
        person_id=person, territory_id=territory, exit_on=exit_on, milestone=months, reference_on=reference,
        outcome=outcome, situation=situation, called_on=reference, recorded_at=now(),
    )  # fmt: skip


class Again:
    """The same figures from the whole tables, with pandas."""

    def __init__(self, session: Session, year: int, ids: Iterable[int] | None, on: datetime.date) -> None:
        self.session, self.on = session, on
        self.frames: dict[Any, Any] = session.info.setdefault("frames", {})
        self.first = datetime.date(year, 1, 1)
        self.last = min(datetime.date(year, 12, 31), on)
        everywhere = session.scalars(select(Territory.id)).all()
        self.ids = list(ids if ids is not None else everywhere)

    def frame(self, model: Any) -> Any:
        """A whole table, read once."""
        if model not in self.frames:
            self.frames[model] = self.read(model)
        return self.frames[model]

    def read(self, model: Any) -> Any:
        table = model.__table__
        rows = self.session.execute(select(table)).all()
        frame = pd.DataFrame(rows, columns=[column.name for column in table.columns]).astype(object)
        return frame.where(frame.notna(), None)

    def here(self, frame: Any) -> Any:
        return frame[frame["territory_id"].isin(self.ids)]

    def inside(self, days: Any) -> Any:
        told = days.map(lambda each: each is not None and self.first <= each <= self.last)
        return told.astype(bool)

    def markets(self) -> Any:
        known = self.frame(Market).sort_values("id")
        return known[known["pilot"].astype(bool)].drop_duplicates(["buyer_id", "decp_id"])

    def lots(self) -> Any:
        lots = self.frame(Lot).rename(columns={"id": "lot_id"})
        lots = lots.merge(self.markets().rename(columns={"id": "market_id"})[["market_id", "buyer_id"]])
        lines = self.frame(LedgerLine)
        lines = lines[self.inside(lines["effective_on"])]
        worked = self.shares(everywhere=True)
        active = set(lines["lot_id"]) | set(worked["lot_id"])
        return self.here(lots[lots["lot_id"].isin(active)])

    def owed(self) -> Any:
        lines = self.frame(LedgerLine)
        lots = self.frame(Lot)
        counted = lots[lots["market_id"].isin(self.markets()["id"])]["id"]
        return self.here(lines[self.inside(lines["effective_on"]) & lines["lot_id"].isin(counted)])

    def shares(self, everywhere: bool = False) -> Any:
        shares = self.frame(Share)
        found = shares[
            (shares["retained"] > 0) & self.inside(shares["to_on"]) & (shares["standing"] == "counted")
        ]
        return found if everywhere else self.here(found)

    def placements(self) -> Any:
        known = self.here(self.frame(Placement))
        starts = (known["state"] == "confirmed") & self.inside(known["from_on"])
        return known[starts | known["id"].isin(self.shares()["placement_id"])].assign(starts=starts)

    def people(self) -> Any:
        placed = self.placements()
        people = self.frame(Person)
        people = people[people["id"].isin(placed["person_id"])]
        begun = placed[placed["starts"]].groupby("person_id")["from_on"].min().to_dict()
        hours = self.shares().groupby("person_id")["retained"].sum().to_dict()
        criteria = self.frame(EligibilityCriterion)
        fiches = self.frame(Eligibility)
        fiches = fiches[
            fiches["effective_on"].map(lambda each: each is not None and each <= self.last).astype(bool)
        ]
        fiches = (
            fiches[fiches["state"] == "validated"]
            .sort_values("effective_on")
            .drop_duplicates("person_id", keep="last")
        )
        fiches = fiches.merge(criteria, left_on="id", right_on="eligibility_id")
        criterion = fiches[fiches["determining"].astype(bool)].set_index("person_id")["criterion"].to_dict()
        return people.assign(
            hours=people["id"].map(lambda each: hours.get(each, D(0))),
            age=[self._age(birth, begun.get(id_, self.first)) for birth, id_ in zip(people["birth_on"], people["id"], strict=True)],
            qpv=people["qpv"].map(lambda each: "qpv" if each else "outside"),
            public=people["id"].map(lambda each: public_of(Criterion(criterion[each])).value if each in criterion else None),
        )  # fmt: skip

    @staticmethod
    def _age(birth_on: datetime.date | None, day: datetime.date) -> str | None:
        if birth_on is None:
            return None
        age = relativedelta(day, birth_on).years
        bands = ((26, "under_26"), (41, "from_26"), (51, "from_41"), (200, "from_51"))
        return next(band for limit, band in bands if age < limit)

    def hours_by_site(self) -> Any:
        found = self.shares().merge(
            self.frame(Placement)[["id", "mode"]], left_on="placement_id", right_on="id"
        )
        cpv = self.frame(Lot).set_index("id")["cpv"].to_dict()
        market = self.frame(Lot).set_index("id")["market_id"].to_dict()
        operation = self.frame(Market).set_index("id")["operation_id"].dropna().to_dict()
        typed = self.frame(Operation).set_index("id")["sector"].to_dict()
        sector = {lot: sector_of(typed.get(operation.get(market[lot])), cpv[lot]) for lot in cpv}
        return found.assign(sector=found["lot_id"].map(lambda each: sector[each]))

    def kind(self, organisation: int, role: str) -> str | None:
        roles = self.frame(OrganisationRole)
        roles = roles[(roles["organisation_id"] == organisation) & (roles["role"] == role)]
        kinds = set(roles["kind"]) - {""}
        return None if roles.empty else "" if not kinds else kinds.pop() if len(kinds) == 1 else "several"

    def contracts(self) -> tuple[dict[str, int], int, int]:
        placed = self.frame(Placement)
        placed = placed[placed["state"] == "confirmed"][["id", "host_id"]].rename(
            columns={"id": "placement_id"}
        )
        served = self.frame(PlacementContract).merge(placed)
        known = self.here(self.frame(Contract))
        known = known[self.inside(known["from_on"])].merge(served, left_on="id", right_on="contract_id")
        groups: dict[str, set[Any]] = {}
        for row in known.itertuples():
            rules = territories.rules_of(self.session, row.territory_id).on(self.last)
            once = row.type == "ctt" and rules.successive_missions_once
            key = (row.person_id, row.host_id) if once else row.id
            groups.setdefault(CONTRACT_GROUPS[ContractType(row.type)].value, set()).add(key)
        missions = known[known["type"] == "ctt"]["id"].nunique()
        return {group: len(keys) for group, keys in groups.items()}, missions, known["territory_id"].nunique()

    def etp(self) -> Decimal:
        total = D(0)
        for row in self.shares().itertuples():
            total += (
                row.retained / territories.rules_of(self.session, row.territory_id).on(row.month).etp_hours
            )
        return total.quantize(D("0.01"), ROUND_HALF_UP)

    def followed(self, months: int) -> tuple[Any, int]:
        dues = [
            due
            for territory in self.ids
            for due in followups.derived(
                self.session, journeys.of_territory(self.session, territory), self.on
            )
            if due.milestone.months == months and self.first <= due.milestone.reference_on <= self.last
        ]  # fmt: skip
        known = [
            FollowedPath(
                due.journey.person_id,
                due.state is MilestoneState.due,
                followups.FollowUpOutcome(due.known.outcome) if due.known else None,
                followups.Situation(due.known.situation) if due.known and due.known.situation else None,
            )
            for due in dues
        ]
        return chain(known), len({due.journey.territory_id for due in dues})


def plain(by: Any) -> dict[str, Any]:
    return {str(code): value for code, value in by.items() if value}


def cut(frame: Any, column: str, value: str | None = None) -> tuple[dict[str, Any], int]:
    """Each category, and the territories that filled it in."""
    known = frame[frame[column].notna()]
    if known.empty:
        return {}, 0
    known = known[known[value] != 0] if value else known
    sums = known.groupby(column)[value].sum() if value else known.groupby(column).size()
    filled = known[known[column] == "qpv"] if column == "qpv" else known
    return plain(sums.to_dict()), filled["territory_id"].nunique()


ASKED = [(2025, "all", TODAY), (2025, "one", TODAY), (2025, "two", TODAY), (2025, "all", day("31/07/2025")), (2024, "all", TODAY), (2026, "all", TODAY)]  # fmt: skip


def test_every_figure_is_what_pandas_adds_up_from_the_lines(session: Session, scene: Scene) -> None:
    check_by_hand(session)
    check_selects(session, scene)
    places = {"all": None, "one": [scene.one.id], "two": [scene.two.id]}
    for year, which, on in ASKED:
        ids = places[which]
        again = Again(session, year, ids, on)
        found = survey_figures.of_year(session, year, ids, on)
        check_owed_and_buyers(found, again)
        check_hours_and_people(found, again)
        by_group, missions, base = again.contracts()
        assert (plain(found.contracts.by_group), found.contracts.missions) == (by_group, missions)
        assert found.contracts.base_territories == base
        for months in MILESTONES:
            followed = found.followup[months]
            assert (followed.chain, followed.base_territories) == again.followed(months), (year, which, on)


def check_owed_and_buyers(found: Survey, again: Again) -> None:
    owed, lots = again.owed(), again.lots()
    assert found.hours_owed.value == sum(owed["delta"], D(0))
    assert found.hours_owed.base_territories == owed["territory_id"].nunique()
    base = lots["territory_id"].nunique()
    assert (found.authorities.value, found.authorities.base_territories) == (lots["buyer_id"].nunique(), base)
    assert (found.markets.value, found.lots.value) == (lots["market_id"].nunique(), len(lots))
    kinds = lots.assign(kind=[again.kind(each, "authority") or None for each in lots["buyer_id"]])
    by, filled = cut(kinds.drop_duplicates("buyer_id"), "kind")
    filled = kinds[kinds["kind"].notna()]["territory_id"].nunique()
    assert (plain(found.authorities_by_category.by), found.authorities_by_category.base_territories) == (by, filled)  # fmt: skip
    known = {*owed["territory_id"], *again.shares()["territory_id"], *again.placements()["territory_id"]}
    assert found.territories.value >= len(known)


def check_hours_and_people(found: Survey, again: Again) -> None:
    shares, people, sites = again.shares(), again.people(), again.hours_by_site()
    assert found.hours_counted.value == sum(shares["retained"], D(0))
    assert found.hours_counted.base_territories == shares["territory_id"].nunique()
    assert found.etp.value == again.etp()
    for axis in (Axis.mode, Axis.sector):
        by = found.hours_by[axis]
        assert (plain(by.by), by.base_territories) == cut(sites, axis.value, "retained")
    assert (found.people.value, found.people.base_territories) == (len(people), people["territory_id"].nunique())  # fmt: skip
    for axis in PERSONAL:
        each, hours = found.people_by[axis], found.hours_by[axis]
        assert (plain(each.by), each.base_territories) == cut(people, axis.value), axis
        assert (plain(hours.by), hours.base_territories) == cut(people, axis.value, "hours"), axis
    employers = set(again.placements()["employer_id"])
    assert found.employers.value == len(employers)
    kinds = [again.kind(each, "siae") for each in employers]
    assert found.siae.value == sum(each is not None for each in kinds)
    assert plain(found.siae_by_kind.by) == {each: kinds.count(each) for each in kinds if each}


def check_by_hand(session: Session) -> None:
    found = survey_figures.of_year(session, 2025, None, TODAY)
    assert found.hours_owed.value == 1000 + 100 + 30 + 500 - 20 + 60 + 40 + 25
    assert found.authorities.value == 5  # neither whose lines are all of 2024, nor whose pilot is not here
    assert plain(found.authorities_by_category.by) == {"commune": 2, "epci": 1, "several": 1}
    assert found.hours_counted.value == D("100.5") + 70 + 3 * D("35.25") + 110 + 2 * D("33.33") + D("44.44")
    assert plain(found.contracts.by_group) == {"cdi": 1, "cdd": 1, "interim": 4, "professionnalisation": 1}
    assert (found.contracts.missions, found.people.value) == (5, 7)


def test_a_cdd_turned_cdi_is_two_contracts_and_one_person(session: Session) -> None:
    scene = scenario_5(session)
    found = survey_figures.of_year(session, 2025, [scene.territory.id], TODAY)
    assert plain(found.contracts.by_group) == {"cdd": 1, "cdi": 1}
    assert (found.people.value, found.etp.value, found.hours_counted.value) == (1, D("0.97"), D(1554))
    assert json.loads(json.dumps(as_json(found)))["etp"]["value"] == 0.97


def test_a_year_that_has_not_begun_is_refused(session: Session) -> None:
    with pytest.raises(SurveyRefused, match="L’année 2027 n’a pas commencé"):
        survey_figures.of_year(session, 2027, None, TODAY)


def check_selects(session: Session, scene: Scene) -> None:
    """As many, whatever the lines."""
    counts = []
    for ids in ([scene.one.id], None):
        sent: list[str] = []

        def note(*told: Any, sent: list[str] = sent) -> None:
            sent.append(told[2])

        event.listen(session.get_bind(), "before_cursor_execute", note)
        survey_figures.of_year(session, 2025, ids, TODAY)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        counts.append(len(sent))
    assert counts[0] <= 15
    assert counts[1] <= counts[0]
