"""A survey made of round figures, for what reads one: its tables, its workbook, its masks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from facilitator.contract_types import MAPPING_VERSION, SurveyGroup
from facilitator.outcomes import Chain
from facilitator.survey import (
    CODES,
    PERSONAL,
    WORKED,
    AgeBand,
    Axis,
    Contracts,
    Figure,
    FollowedUp,
    InQpv,
    Public,
    Survey,
    breakdown,
)
from facilitator.survey_secrecy import Counted
from facilitator.vocabulary import AuthorityCategory, EducationLevel, PlacementMode, Sex, SiaeKind

D = Decimal
PEOPLE: Mapping[Axis, Mapping[str, int]] = {
    Axis.public: {Public.rsa: 20, Public.young: 12, Public.senior: 3},
    Axis.sex: {Sex.f: 17, Sex.h: 22},
    Axis.age: {AgeBand.under_26: 12, AgeBand.from_26: 20, AgeBand.from_51: 7},
    Axis.education: {EducationLevel.cap_bep: 30},
    Axis.qpv: {InQpv.qpv: 10, InQpv.outside: 30},
}


def made(year: int = 2025, scope: str = "PLIE du Val d’Exemple", times: int = 1, **changed: object) -> Survey:
    """A survey whose figures are these, so many times."""
    hours = {axis: {code: D(count * 10 * times) for code, count in PEOPLE[axis].items()} for axis in PERSONAL}
    hours[Axis.mode] = {PlacementMode.embauche_directe: D("150.5") * times}
    hours[Axis.sector] = {"Numérique": D(200) * times, "building": D(100) * times}
    groups = (42, 25, 20, 7, 6, 0)
    by_group = {group: count * times for group, count in zip(SurveyGroup, groups, strict=True)}
    found = Survey(
        year=year,
        scope=scope,
        territory_ids=(1,),
        on=date(2026, 11, 23),
        territories=Figure(1, 1),
        authorities=Figure(9 * times, 1),
        authorities_by_category=breakdown(
            Axis.category, 9 * times, 1, {AuthorityCategory.commune: 8 * times}
        ),
        markets=Figure(12 * times, 1),
        lots=Figure(20 * times, 1),
        hours_owed=Figure(D("1234.5") * times, 1),
        hours_counted=Figure(D("400.25") * times, 1),
        hours_by={axis: breakdown(axis, D("400.25") * times, 1, hours[axis]) for axis in WORKED},
        etp=Figure(D("0.25") * times, 1),
        people=Figure(40 * times, 1),
        people_by={
            axis: breakdown(axis, 40 * times, 1, {code: n * times for code, n in PEOPLE[axis].items()})
            for axis in PERSONAL
        },
        contracts=Contracts(by_group, 9 * times, 1, MAPPING_VERSION),
        employers=Figure(6 * times, 1),
        siae=Figure(4 * times, 1),
        siae_by_kind=breakdown(Axis.kind, 4 * times, 1, {SiaeKind.ETTI: 3 * times, SiaeKind.AI: times}),
        followup={
            6: FollowedUp(6, chain(30, 25, 24, 22, 18, 12, times), 1),
            12: FollowedUp(12, chain(20, 20, 20, 15, 10, 8, times), 1),
        },
    )
    return replace(found, **changed)  # type: ignore[arg-type]


def chain(
    left: int, reached: int, in_scope: int, asked: int, answered: int, in_work: int, times: int = 1
) -> Chain:
    return Chain(
        left=left * times,
        reached=reached * times,
        in_scope=in_scope * times,
        asked=asked * times,
        answered=answered * times,
        in_work=in_work * times,
        people=left * times,
    )


def counted(people: int) -> Counted:
    """As many people, none of whose categories is small."""
    half = people // 2
    return Counted(
        people=2 * half,
        people_by={
            axis: breakdown(axis, 2 * half, 1, dict.fromkeys(list(CODES[axis])[:2], half))
            for axis in PERSONAL
        },
        contracts=Contracts(dict.fromkeys(SurveyGroup, half), 0, 1, MAPPING_VERSION),
        followup={
            months: FollowedUp(months, chain(people, people, people, people, people, half), 1)
            for months in (6, 12)
        },
    )
