"""The people of the fictitious country: contracts of the year, those who left, and lines that must not count."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle, islice

from facilitator.demo.bulk import Row
from facilitator.demo.national import AT_WORK, Country, Site
from facilitator.journal import now
from facilitator.names import normalised
from facilitator.periods import DAY, add_months, last_of_month
from facilitator.vocabulary import (
    AnsweredBy,
    Channel,
    ContractType,
    Criterion,
    EducationLevel,
    EligibilityState,
    FollowUpOutcome,
    PlacementMode,
    PlacementState,
    Sex,
    SiaeKind,
    Situation,
    TimesheetState,
)

T, S, Out = ContractType, Situation, FollowUpOutcome
# 4 324 contracts of the year, in the six groups: 1 816, 1 081, 865, 303, 259 and none.
CONTRACTS: dict[ContractType, int] = {
    T.cdi: 1700, T.cdi_inclusion: 116,
    T.cdd: 700, T.cddu: 60, T.cddi: 281, T.cdd_tremplin: 40,
    T.professionnalisation: 865,
    T.pec: 233, T.cie: 70,
    T.ctt: 239, T.cdi_interimaire: 20,
}  # fmt: skip
OTHER_YEARS, UNCONFIRMED = 300, 25
MONTHS_OF_HOURS = 4
INTERIM = (T.ctt, T.cdi_interimaire)
OPEN = (T.cdi, T.cdi_inclusion, T.cdi_interimaire)
PUBLICS = (
    Criterion.deld, Criterion.rsa, Criterion.deld, Criterion.jeune_sans_diplome, Criterion.rsa,
    Criterion.senior, Criterion.qpv, Criterion.pass_iae, Criterion.rqth, Criterion.cej,
)  # fmt: skip
Learnt = dict[FollowUpOutcome | None, int]
# What was learnt at each milestone; None: nobody tried. Rates: 402 of 600 at 6 months, 400 of 500 at 12.
AT_SIX: Learnt = {
    Out.answered: 600,
    Out.unreachable: 120,
    Out.refused: 30,
    Out.not_asked: 50,
    Out.out_of_scope: 30,
    None: 70,
}
AT_TWELVE: Learnt = {
    Out.answered: 500,
    Out.unreachable: 90,
    Out.refused: 20,
    Out.not_asked: 40,
    Out.out_of_scope: 25,
    None: 75,
}
WORKING = {6: 402, 12: 400}
IN_WORK = (
    S.cdi, S.cdd_6_plus, S.cdd_6_moins, S.interim_6_plus, S.interim_6_moins, S.contrat_iae, S.creation,
    S.formation_qualifiante, S.apprentissage, S.professionnalisation, S.contrat_aide, S.fonction_publique,
)  # fmt: skip
NOT_IN_WORK = (S.recherche, S.inactif, S.formation_autre, S.pmsmp, S.service_civique, S.conge, S.retraite)
# Who left: before the middle of the year before (asked at 12 months), after it (at both), in the year (at 6).
EARLY, BOTH, LATE, TWICE = 350, 400, 500, 40


@dataclass
class Population:
    """Rows of people and of what they did."""

    country: Country
    persons: list[Row] = field(default_factory=list)
    fiches: list[Row] = field(default_factory=list)
    criteria: list[Row] = field(default_factory=list)
    windows: list[Row] = field(default_factory=list)
    placements: list[Row] = field(default_factory=list)
    contracts: list[Row] = field(default_factory=list)
    served: list[Row] = field(default_factory=list)
    sheets: list[Row] = field(default_factory=list)
    shares: list[Row] = field(default_factory=list)
    follow_ups: list[Row] = field(default_factory=list)

    def live(self) -> None:
        """Everything, in order."""
        self._at_work()
        self._other_years()
        self._leave()

    def _day(self, year: int, month: int, day: int = 1) -> datetime.date:
        return datetime.date(self.country.year + year, month, day)

    def _at_work(self) -> None:
        """Contracts of the year: none ends early enough to be asked about in it."""
        types = [type_ for type_, number in CONTRACTS.items() for _ in range(number)]
        for rank, type_ in enumerate(types):
            start = self._day(0, 1 + rank % 9)
            person = self._person(rank, start)
            placement = self._placement(person, rank, start, None, type_)
            last = None if type_ in OPEN else self._day(1, 3, 31)
            twice = type_ == T.ctt and rank % 4 == 0  # two missions at one user company: one contract
            end = last_of_month(add_months(start, MONTHS_OF_HOURS - 1)) if twice else last
            contract = self._contract(placement, type_, start, end)
            self._hours(placement, contract, rank, start)
            if twice and end is not None:
                self._contract(placement, type_, end + DAY, last)

    def _other_years(self) -> None:
        for rank in range(OTHER_YEARS):
            start = self._day(1, 1) if rank % 3 == 0 else self._day(-1, 12)
            placement = self._placement(self._person(rank, start), rank, start, None, T.cdi)
            contract = self._contract(placement, T.cdi, start, None)
            if rank % 3:
                self._hours(placement, contract, rank, self._day(0, 2), states=_WAITING)
        for rank in range(UNCONFIRMED):
            start = self._day(0, 5)
            placement = self._placement(self._person(rank, start), rank, start, None, T.cdd)
            placement["state"] = PlacementState.declined
            placement["decline_reason"] = "Ne s’est pas présenté"
            self._contract(placement, T.cdd, start, self._day(1, 3, 31))

    def _leave(self) -> None:
        early = [
            self._left(rank, self._day(-2, 11), self._day(-1, 1 + rank % 5, 15)) for rank in range(EARLY)
        ]
        both = [self._left(rank, self._day(-1, 2), self._day(-1, 7 + rank % 6, 15)) for rank in range(BOTH)]
        late = [
            self._left(rank, self._day(-1, 9, 20), self._day(0, 1 + rank % 6, 15), early[rank] if rank < TWICE else None)
            for rank in range(LATE)
        ]  # fmt: skip
        self._answers(6, [*both, *late], AT_SIX)
        self._answers(12, [*both, *early], AT_TWELVE)
        # Given for an exit that is no longer one: in no rate.
        for placement in late[:20]:
            gone = placement["to_on"] - DAY
            self._answer(placement, 6, gone, Out.answered, S.cdi)

    def _left(
        self, rank: int, start: datetime.date, exit_on: datetime.date, before: Row | None = None
    ) -> Row:
        person = self._person_of(before) if before else self._person(rank, start)
        placement = self._placement(person, rank, start, exit_on, T.cdd)
        contract = self._contract(placement, T.cdd, start, exit_on)
        if exit_on.year == self.country.year:
            self._hours(placement, contract, rank, self._day(0, 1), states=_WAITING, last_on=exit_on)
        return placement

    def _answers(self, months: int, placements: Sequence[Row], outcomes: Learnt) -> None:
        learnt = [outcome for outcome, number in outcomes.items() for _ in range(number)]
        situations = [
            *islice(cycle(IN_WORK), WORKING[months]),
            *islice(cycle(NOT_IN_WORK), outcomes[Out.answered] - WORKING[months]),
        ]
        for placement, outcome, rank in zip(placements, learnt, range(len(learnt)), strict=True):
            if outcome is not None:
                situation = situations[rank] if outcome is Out.answered else None
                self._answer(placement, months, placement["to_on"], outcome, situation)

    def _answer(
        self,
        placement: Row,
        months: int,
        exit_on: datetime.date,
        outcome: FollowUpOutcome,
        situation: Situation | None,
    ) -> None:
        reference = add_months(exit_on, months)
        self.follow_ups.append({
            "territory_id": placement["territory_id"], "person_id": placement["person_id"], "exit_on": exit_on,
            "milestone": months, "reference_on": reference, "outcome": outcome, "situation": situation,
            "channel": Channel.phone, "answered_by": AnsweredBy.person if situation else None,
            "called_on": reference, "tries": 1, "recorded_at": now(), "version": 1,
        })  # fmt: skip

    def _person(self, rank: int, start: datetime.date) -> Row:
        id_, territory = len(self.persons) + 1, 1 + rank % AT_WORK
        name = f"Fictif-{id_}"
        filled = territory <= AT_WORK - 6  # six structures never fill the diploma in
        row: Row = {
            "id": id_, "territory_id": territory, "last_name": name, "first_name": "Camille",
            "search_name": normalised(name, "Camille"),
            "birth_on": None if rank % 50 == 7 else start.replace(year=start.year - 18 - rank % 45),
            "sex": None if rank % 40 == 3 else Sex.f if rank % 10 < 3 else Sex.h,
            "qpv": "QN99999X" if rank % 4 == 1 else None,
            "education": list(EducationLevel)[rank % 4] if filled and rank % 11 else None,
            "created_at": now(), "version": 1,
        }  # fmt: skip
        self.persons.append(row)
        self._eligible(row, rank, start)
        return row

    def _person_of(self, placement: Row) -> Row:
        return self.persons[placement["person_id"] - 1]

    def _eligible(self, person: Row, rank: int, start: datetime.date) -> None:
        owner = {"territory_id": person["territory_id"], "person_id": person["id"]}
        self.fiches.append({
            **owner, "id": person["id"], "state": EligibilityState.validated, "requested_on": start,
            "decided_on": start, "effective_on": start, "version": 1,
        })  # fmt: skip
        self.criteria.append(
            {"eligibility_id": person["id"], "criterion": PUBLICS[rank % len(PUBLICS)], "determining": True}
        )
        self.windows.append({**owner, "eligibility_id": person["id"], "from_on": start})

    def _placement(
        self, person: Row, rank: int, start: datetime.date, end: datetime.date | None, type_: ContractType
    ) -> Row:
        site = self._site(person["territory_id"], rank)
        employer, mode = self._employer(site, rank, type_)
        row: Row = {
            "id": len(self.placements) + 1, "territory_id": person["territory_id"], "person_id": person["id"],
            "lot_id": site.lot_id, "award_id": site.award_id, "employer_id": employer,
            "host_id": site.company_id, "mode": mode, "from_on": start, "to_on": end,
            "state": PlacementState.confirmed, "decline_reason": None, "proposed_on": start,
            "created_at": now(), "version": 1,
        }  # fmt: skip
        self.placements.append(row)
        return row

    def _site(self, territory: int, rank: int) -> Site:
        """Some work on the lot that their territory follows as associated: their hours and contracts count."""
        if rank % 7 == 0 and territory in self.country.associated:
            return self.country.associated[territory]
        sites = self.country.sites[territory]
        return sites[rank // AT_WORK % len(sites)]

    def _employer(self, site: Site, rank: int, type_: ContractType) -> tuple[int, PlacementMode]:
        find = self.country.structure
        if type_ in INTERIM:
            return find(rank, SiaeKind.ETTI, SiaeKind.ETT), PlacementMode.mise_a_disposition
        if type_ in (T.cddi, T.cdi_inclusion):
            return find(rank, SiaeKind.EI, SiaeKind.ACI), PlacementMode.sous_traitance
        if type_ == T.professionnalisation and rank % 2:
            return find(rank, SiaeKind.GEIQ), PlacementMode.mise_a_disposition
        return site.company_id, PlacementMode.embauche_directe

    def _contract(
        self, placement: Row, type_: ContractType, start: datetime.date, end: datetime.date | None
    ) -> Row:
        row: Row = {
            "id": len(self.contracts) + 1, "territory_id": placement["territory_id"],
            "person_id": placement["person_id"], "employer_id": placement["employer_id"], "type": type_,
            "from_on": start, "to_on": end, "weekly_hours": Decimal(35), "renewals": 0,
            "created_at": now(), "version": 1,
        }  # fmt: skip
        self.contracts.append(row)
        self.served.append({"placement_id": placement["id"], "contract_id": row["id"]})
        return row

    def _hours(
        self,
        placement: Row,
        contract: Row,
        rank: int,
        start: datetime.date,
        states: Sequence[TimesheetState] | None = None,
        last_on: datetime.date | None = None,
    ) -> None:
        """A relevé a month; some wait, some were refused, some were replaced by the one that counts."""
        for month in range(MONTHS_OF_HOURS):
            first = add_months(start, month)
            to_on = min(last_of_month(first), last_on or datetime.date.max)
            if first > to_on or first.year != self.country.year:
                return
            state = (states or _STATES)[(rank + month) % len(states or _STATES)]
            hours = Decimal(6000 + (rank * 37 + month * 911) % 9000).scaleb(-2)
            if state is TimesheetState.validated and rank % 25 == 0:
                old = self._sheet(placement, contract, first, to_on, hours + 1, TimesheetState.replaced, None)
                self._sheet(placement, contract, first, to_on, hours, state, old)
            else:
                self._sheet(placement, contract, first, to_on, hours, state, None)

    def _sheet(
        self, placement: Row, contract: Row, from_on: datetime.date, to_on: datetime.date,
        hours: Decimal, state: TimesheetState, replaces: int | None,
    ) -> int:  # fmt: skip
        id_, month = len(self.sheets) + 1, from_on.replace(day=1)
        owner = {
            "territory_id": placement["territory_id"],
            "person_id": placement["person_id"],
            "month": month,
        }
        waits = state is TimesheetState.declared
        self.sheets.append({
            **owner, "id": id_, "contract_id": contract["id"], "from_on": from_on, "to_on": to_on,
            "worked": hours, "training": Decimal(0), "state": state, "channel": Channel.form,
            "declared_on": to_on, "decided_on": None if waits else to_on, "replaces_id": replaces,
            "refusal_reason": "Feuille illisible" if state is TimesheetState.refused else None,
            "created_at": now(), "version": 1,
        })  # fmt: skip
        self.shares.append({
            **owner, "timesheet_id": id_, "placement_id": placement["id"], "lot_id": placement["lot_id"],
            "award_id": placement["award_id"], "to_on": to_on, "hours": hours, "training": Decimal(0),
            "standing": "awaiting", "retained": Decimal(0), "unretained": hours, "reasons": "",
        })  # fmt: skip
        return id_


_STATES = (*(TimesheetState.validated,) * 15, TimesheetState.declared, TimesheetState.refused)
_WAITING = (TimesheetState.declared, TimesheetState.refused)
