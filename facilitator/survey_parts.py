"""What the survey counts of people, territory by territory: what must be masked for who is not the territory."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from facilitator import survey_paths, survey_secrecy
from facilitator import survey_selections as selections
from facilitator.contracts import Contract
from facilitator.outcomes import MILESTONES, Chain
from facilitator.placements import Placement
from facilitator.survey import PERSONAL, Axis, Contracts, FollowedUp, breakdown
from facilitator.survey_secrecy import Counted, Secrecy
from facilitator.survey_selections import Asked
from facilitator.territories import Territory, rules_by_territory
from facilitator.vocabulary import CONTRACT_GROUPS, MAPPING_VERSION, ContractType, SurveyGroup

NOBODY = Chain(0, 0, 0, 0, 0, 0, 0)


@dataclass
class _Part:
    people: int = 0
    by: dict[Axis, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    groups: Counter[SurveyGroup] = field(default_factory=Counter)
    chains: dict[int, Chain] = field(default_factory=dict)


def secrecy(session: Session, asked: Asked, threshold: int) -> Secrecy:
    """What is masked of a year: of all territories, and of each; always chosen over all of them."""
    return survey_secrecy.of(of(session, Asked(asked.year, None, asked.on)), threshold)


def of(session: Session, asked: Asked) -> dict[int, Counted]:
    """The counts of people of each territory (a constant number of selects)."""
    ids = session.scalars(select(Territory.id).where(asked.of(Territory.id)).order_by(Territory.id))
    parts = {each: _Part() for each in ids}
    _count_people(session, asked, parts)
    _count_contracts(session, asked, parts)
    for months in MILESTONES:
        for territory_id, chain in survey_paths.chains(session, asked, months).items():
            parts[territory_id].chains[months] = chain
    return {each: _counted(part) for each, part in parts.items()}


def _count_people(session: Session, asked: Asked, parts: dict[int, _Part]) -> None:
    each = selections.people(asked)
    cells = (each.c.territory_id, *(each.c[axis.value] for axis in PERSONAL))
    for territory_id, *codes, people in session.execute(select(*cells, func.count()).group_by(*cells)):
        part = parts[territory_id]
        part.people += people
        for axis, code in zip(PERSONAL, codes, strict=True):
            if code is not None:
                part.by[axis][code] += people


def _count_contracts(session: Session, asked: Asked, parts: dict[int, _Part]) -> None:
    ctt = Contract.type == ContractType.ctt
    served = (
        selections.contracts(asked)
        .with_only_columns(
            Contract.territory_id,
            Contract.type,
            case((ctt, Contract.person_id)).label("person"),
            case((ctt, func.min(Placement.host_id))).label("host"),
            case((~ctt, Contract.id)).label("alone"),
        )
        .group_by(Contract.id, Contract.territory_id, Contract.type, Contract.person_id)
        .subquery("served")
    )
    once = select(*served.c, func.count().label("missions")).group_by(*served.c).subquery("once")
    cells = (once.c.territory_id, once.c.type)
    rules = rules_by_territory(session, set(parts))
    for territory_id, type_, joined, missions in session.execute(
        select(*cells, func.count(), func.sum(once.c.missions)).group_by(*cells)
    ):
        apart = type_ == ContractType.ctt and not rules[territory_id].on(asked.last).successive_missions_once
        parts[territory_id].groups[CONTRACT_GROUPS[ContractType(type_)]] += int(missions if apart else joined)


def _counted(part: _Part) -> Counted:
    return Counted(
        people=part.people,
        people_by={axis: breakdown(axis, part.people, 1, part.by[axis]) for axis in PERSONAL},
        contracts=Contracts(dict(part.groups), 0, 1, MAPPING_VERSION),
        followup={months: FollowedUp(months, part.chains.get(months, NOBODY), 1) for months in MILESTONES},
    )


def values(counted: Counted) -> dict[str, int]:
    """The figures of one territory that are people’s, by their keys."""
    told = {"people": counted.people, "contracts": counted.contracts.value}
    for axis, each in counted.people_by.items():
        told |= {f"people/{axis}/{code}": int(count) for code, count in each.by.items()}
        told[f"people/{axis}/unknown"] = int(each.unknown)
    told |= {f"contracts/{group}": counted.contracts.by_group.get(group, 0) for group in SurveyGroup}
    for months, followed in counted.followup.items():
        names = ("left", "reached", "in_scope", "asked", "answered", "in_work", "people")
        told |= {f"followup/{months}/{name}": getattr(followed.chain, name) for name in names}
    return told
