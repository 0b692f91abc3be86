"""What stands behind each figure of the survey: the same selection without its aggregate, one row for each line counted."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import Session

from facilitator import survey_paths
from facilitator import survey_selections as selections
from facilitator.commitments import LedgerLine
from facilitator.contracts import Contract
from facilitator.followups import FollowUp
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.outcomes import MILESTONES
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.sectors import sector_of
from facilitator.stored_paths import StoredPath
from facilitator.survey import CODES, PERSONAL, WORKED, Axis, Indicator
from facilitator.survey_selections import Asked
from facilitator.survey_tables import FOLLOW_UP, Rate, Step, Unit, unit_of
from facilitator.territories import rules_of
from facilitator.vocabulary import (
    CONTRACT_GROUPS,
    ContractType,
    FollowUpOutcome,
    LedgerKind,
    OrganisationRoleName,
    Situation,
    SurveyGroup,
)

Cell = str | int | Decimal | datetime.date | None
UNKNOWN = "unknown"
Rows = Select[*tuple[Any, ...]]
AXES = {
    Indicator.authorities: (Axis.category,),
    Indicator.hours_counted: WORKED,
    Indicator.people: PERSONAL,
    Indicator.siae: (Axis.kind,),
}


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: what it is (`thing` and its ids lead to its own page), what is told of it, what it counts for."""

    thing: str
    ids: tuple[Any, ...]
    name: str
    cells: tuple[Cell, ...]
    value: int | Decimal


@dataclass(frozen=True, slots=True)
class Listing:
    """The list behind one figure; its query ends with the columns `territory_id` and `value`."""

    key: str
    what: str  # heading of the first column
    columns: tuple[str, ...]
    query: Rows
    read: Callable[[Any], LineRow]
    of_people: bool = False

    @property
    def unit(self) -> Unit:
        """How its values are written."""
        return unit_of(self.key)


def behind(session: Session, asked: Asked, key: str) -> Listing | None:
    """The list behind a figure of one territory, by its key; None when no figure has it."""
    head, *rest = key.split("/")
    if head == FOLLOW_UP:
        return _followed(asked, key, rest)
    if head not in set(Indicator):
        return None
    indicator = Indicator(head)
    cut = _cut(indicator, rest)
    if cut is None or indicator not in _LISTS:
        return None
    return _LISTS[indicator](session, asked, key, *cut)


def _cut(indicator: Indicator, rest: Sequence[str]) -> tuple[Axis | None, str] | None:
    """The axis and the category that a key names; None when it names none that exists."""
    if not rest:
        return None, ""
    if indicator is Indicator.contracts:
        return (None, rest[0]) if len(rest) == 1 and rest[0] in set(SurveyGroup) else None
    axes = {each.value for each in AXES.get(indicator, ())}
    if len(rest) != 2 or rest[0] not in axes or not 0 < len(rest[1]) <= 200:
        return None
    axis = Axis(rest[0])
    # An operation’s own sector is its own code.
    known = axis is Axis.sector or rest[1] in CODES[axis] or rest[1] == UNKNOWN
    return (axis, rest[1]) if known else None


def total(session: Session, listing: Listing) -> int | Decimal:
    """The sum of a list: its figure."""
    rows = listing.query.order_by(None).subquery()
    found = session.scalar(select(func.sum(rows.c.value)))
    return _exact(found, listing.unit)


def by_territory(session: Session, listing: Listing) -> dict[int, int | Decimal]:
    """The sum of a list in each territory."""
    rows = listing.query.order_by(None).subquery()
    sums = session.execute(select(rows.c.territory_id, func.sum(rows.c.value)).group_by(rows.c.territory_id))
    return {territory_id: _exact(value, listing.unit) for territory_id, value in sums}


def _exact(value: Any, unit: Unit) -> int | Decimal:
    if unit is Unit.hours:
        return Decimal(value or 0)
    return int(value or 0)


# Markets, lots, buyers.


def _authorities(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    kinds = selections.kinds(OrganisationRoleName.authority)
    kind = func.nullif(kinds.c.kind, "")
    query = (
        selections.lots(asked)
        .with_only_columns(
            Organisation.id,
            Organisation.name,
            func.coalesce(kind, "").label("kind"),
            func.count(Market.id.distinct()).label("markets"),
            func.count().label("lots"),
            Lot.territory_id,
            _one(),
        )
        .join(Organisation, Organisation.id == Market.buyer_id)
        .outerjoin(kinds, kinds.c.organisation_id == Market.buyer_id)
        .where(_is(kind, axis, code))
        .group_by(Organisation.id, Organisation.name, kinds.c.kind, Lot.territory_id)
        .order_by(Organisation.name, Organisation.id)
    )

    def read(row: Any) -> LineRow:
        category = CODES[Axis.category].get(row.kind, "non renseignée")
        return LineRow("organisation", (row.id,), row.name, (category, row.markets, row.lots), 1)

    return Listing(key, "Donneur d’ordre", ("Catégorie", "Marchés", "Lots"), query, read)


def _markets(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    query = (
        selections.lots(asked)
        .with_only_columns(
            Market.id,
            Market.object,
            Organisation.name.label("buyer"),
            func.count().label("lots"),
            Market.territory_id,
            _one(),
        )
        .join(Organisation, Organisation.id == Market.buyer_id)
        .group_by(Market.id, Market.object, Organisation.name, Market.territory_id)
        .order_by(Organisation.name, Market.id)
    )
    return Listing(
        key,
        "Marché",
        ("Donneur d’ordre", "Lots"),
        query,
        lambda row: LineRow("market", (row.id,), row.object, (row.buyer, row.lots), 1),
    )


def _lots(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    query = (
        selections.lots(asked)
        .with_only_columns(
            Lot.id,
            Lot.number,
            Lot.title,
            Market.object,
            Organisation.name.label("buyer"),
            Lot.territory_id,
            _one(),
        )
        .join(Organisation, Organisation.id == Market.buyer_id)
        .order_by(Organisation.name, Lot.market_id, Lot.number)
    )
    return Listing(
        key,
        "Lot",
        ("Marché", "Donneur d’ordre"),
        query,
        lambda row: LineRow("lot", (row.id,), _lot(row), (row.object, row.buyer), 1),
    )


def _owed(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    query = (
        selections.ledger_lines(asked)
        .with_only_columns(
            LedgerLine.lot_id,
            Lot.number,
            Lot.title,
            Market.object,
            LedgerLine.kind,
            LedgerLine.label,
            LedgerLine.effective_on,
            LedgerLine.territory_id,
            LedgerLine.delta.label("value"),
        )
        .order_by(LedgerLine.effective_on, LedgerLine.id)
    )

    def read(row: Any) -> LineRow:
        kind = LedgerKind(row.kind).label
        what = f"{kind} – {row.label}" if row.label else kind
        return LineRow("ledger", (row.lot_id,), _lot(row), (row.object, what, row.effective_on), row.value)

    return Listing(key, "Lot", ("Marché", "Ligne d’engagement", "Prend effet le"), query, read)


def _lot(row: Any) -> str:
    return f"Lot {row.number} – {row.title}"


# Hours, people, contracts, employers: names, for the territory’s own facilitators.


def _counted(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    query = (
        selections.shares(asked)
        .with_only_columns(
            Share.timesheet_id,
            Share.month,
            Person.first_name,
            Person.last_name,
            Lot.number,
            Lot.title,
            Organisation.name.label("employer"),
            Share.territory_id,
            Share.retained.label("value"),
        )
        .join(Person, Person.id == Share.person_id)
        .join(Lot, Lot.id == Share.lot_id)
        .join(Placement, Placement.id == Share.placement_id)
        .join(Organisation, Organisation.id == Placement.employer_id)
        .order_by(Share.month, Lot.title, Lot.id, Person.last_name, Share.id)
    )
    if axis is Axis.sector:
        query = _in_sector(session, asked, query, code)
    elif axis is Axis.mode:
        query = query.where(Placement.mode == code if code != UNKNOWN else Placement.mode.is_(None))
    elif axis is not None:
        each = selections.people(asked)
        query = query.join(each, each.c.id == Share.person_id).where(_is(each.c[axis.value], axis, code))

    def read(row: Any) -> LineRow:
        return LineRow(
            "timesheet", (row.timesheet_id,), _name(row), (_lot(row), row.employer, row.month), row.value
        )

    return Listing(key, "Relevé", ("Lot", "Employeur", "Mois"), query, read, of_people=True)


def _in_sector(session: Session, asked: Asked, query: Rows, code: str) -> Rows:
    """The shares of the lots of one sector: what is typed is read in Python, so its words are listed first."""
    typed, division = selections.SECTOR_TYPED, selections.DIVISION
    among_lots = selections.shares(asked).join(Lot, Lot.id == Share.lot_id)
    said = selections.with_sector(among_lots).with_only_columns(typed, division).distinct()
    wanted = None if code == UNKNOWN else code
    pairs = [tuple(pair) for pair in session.execute(said) if sector_of(*pair) == wanted]
    among = [and_(_same(typed, word), _same(division, digits)) for word, digits in pairs]
    return selections.with_sector(query).where(or_(*among) if among else ~true())


def _same(column: Any, value: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if value is None else column == value
    return found


def _people(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    each = selections.people(asked)
    told = each.c[axis.value] if axis else None
    query = (
        select(
            Person.id,
            Person.first_name,
            Person.last_name,
            func.coalesce(each.c.hours, 0).label("hours"),
            (told if told is not None else each.c.sex).label("code"),
            Person.territory_id,
            _one(),
        )
        .join(each, each.c.id == Person.id)
        .where(_is(told, axis, code))
        .order_by(Person.last_name, Person.first_name, Person.id)
    )
    shown = axis or Axis.sex

    def read(row: Any) -> LineRow:
        category = "non renseigné" if row.code is None else shown.name_of(row.code)
        return LineRow("person", (row.id,), _name(row), (category, Decimal(row.hours)), 1)

    heading = shown.label.removeprefix("Par ").capitalize()
    return Listing(key, "Personne", (heading, "Heures retenues dans l’année"), query, read, of_people=True)


def _name(row: Any) -> str:
    return f"{row.first_name} {row.last_name.upper()}"


def _contracts(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    """Contracts that count; successive missions of one person at one user company on one row, where they count once."""
    apart = _missions_apart(session, asked)
    ctt = and_(Contract.type == ContractType.ctt, ~Contract.territory_id.in_(apart))
    served = (
        selections.contracts(asked)
        .with_only_columns(
            Contract.id,
            Contract.territory_id,
            Contract.type,
            Contract.person_id,
            Contract.employer_id,
            Contract.from_on,
            case((ctt, func.min(Placement.host_id))).label("host"),
            case((~ctt, Contract.id)).label("alone"),
        )
        .group_by(
            Contract.id,
            Contract.territory_id,
            Contract.type,
            Contract.person_id,
            Contract.employer_id,
            Contract.from_on,
        )
        .subquery("served")
    )
    once = (
        select(
            func.min(served.c.id).label("id"),
            served.c.territory_id,
            served.c.type,
            served.c.person_id,
            func.min(served.c.employer_id).label("employer_id"),
            func.min(served.c.from_on).label("from_on"),
            func.count().label("missions"),
        )
        .group_by(served.c.territory_id, served.c.type, served.c.person_id, served.c.host, served.c.alone)
        .subquery("once")
    )
    query = (
        select(
            once.c.id,
            once.c.type,
            once.c.from_on,
            once.c.missions,
            Person.first_name,
            Person.last_name,
            Organisation.name.label("employer"),
            once.c.territory_id,
            _one(),
        )
        .join(Person, Person.id == once.c.person_id)
        .join(Organisation, Organisation.id == once.c.employer_id)
        .where(once.c.type.in_(_types(code)))
        .order_by(once.c.from_on, once.c.id)
    )

    def read(row: Any) -> LineRow:
        type_ = ContractType(row.type)
        missions = row.missions if type_ is ContractType.ctt else None
        cells = (type_.label, row.employer, row.from_on, missions)
        return LineRow("contract", (row.id,), _name(row), cells, 1)

    return Listing(
        key, "Contrat de", ("Type", "Employeur", "Commence le", "Missions"), query, read, of_people=True
    )


def _missions_apart(session: Session, asked: Asked) -> list[int]:
    """Of the territories asked by name, those where each mission counts."""
    return [
        each
        for each in asked.territory_ids or ()
        if not rules_of(session, each).on(asked.last).successive_missions_once
    ]


def _types(code: str) -> list[str]:
    return [type_.value for type_, group in CONTRACT_GROUPS.items() if not code or group == code]


def _employers(session: Session, asked: Asked, key: str, axis: Axis | None, code: str) -> Listing:
    kinds = selections.kinds(OrganisationRoleName.siae)
    kind = func.nullif(kinds.c.kind, "")
    query = (
        selections.placements(asked)
        .with_only_columns(
            Organisation.id,
            Organisation.name,
            kinds.c.kind,
            func.count(Placement.person_id.distinct()).label("people"),
            Placement.territory_id,
            _one(),
        )
        .join(Organisation, Organisation.id == Placement.employer_id)
        .outerjoin(kinds, kinds.c.organisation_id == Placement.employer_id)
        .group_by(Organisation.id, Organisation.name, kinds.c.kind, Placement.territory_id)
        .order_by(Organisation.name, Organisation.id)
    )
    if key.startswith(Indicator.siae):
        query = query.where(kinds.c.kind.is_not(None), _is(kind, axis, code))

    def read(row: Any) -> LineRow:
        told = "–" if row.kind is None else CODES[Axis.kind].get(row.kind, "type non renseigné")
        return LineRow("organisation", (row.id,), row.name, (told, row.people), 1)

    return Listing(key, "Employeur", ("Structure d’insertion", "Personnes"), query, read)


def _one() -> Any:
    """Each line counts for one."""
    return literal(1).label("value")


def _is(column: Any, axis: Axis | None, code: str) -> ColumnElement[bool]:
    """The lines of one category, or those of whom it is not known."""
    if axis is None:
        return true()
    found: ColumnElement[bool] = column.is_(None) if code == UNKNOWN else column == code
    return found


_LISTS: Mapping[Indicator, Callable[[Session, Asked, str, Axis | None, str], Listing]] = MappingProxyType(
    {
        Indicator.authorities: _authorities,
        Indicator.markets: _markets,
        Indicator.lots: _lots,
        Indicator.hours_owed: _owed,
        Indicator.hours_counted: _counted,
        Indicator.people: _people,
        Indicator.contracts: _contracts,
        Indicator.employers: _employers,
        Indicator.siae: _employers,
    }
)


# Paths, with what was learnt of them.


def _followed(asked: Asked, key: str, rest: Sequence[str]) -> Listing | None:
    if len(rest) != 2 or rest[0] not in {str(each) for each in MILESTONES}:
        return None
    steps = {**{each.value: each for each in Step}, **{each.value: each.rests_on for each in Rate}}
    steps["people"] = Step.left
    if rest[1] not in steps:
        return None
    months = int(rest[0])
    query = (
        survey_paths.at(asked, months, steps[rest[1]])
        .with_only_columns(
            Person.id,
            Person.first_name,
            Person.last_name,
            StoredPath.to_on.label("exit_on"),
            survey_paths.reference_on(months).label("reference_on"),
            FollowUp.outcome,
            FollowUp.situation,
            StoredPath.territory_id,
            _one(),
        )
        .join(Person, Person.id == StoredPath.person_id)
        .order_by(survey_paths.reference_on(months), Person.last_name, Person.id)
    )

    def read(row: Any) -> LineRow:
        outcome = FollowUpOutcome(row.outcome).label if row.outcome else "Pas encore sollicité"
        situation = Situation(row.situation).label if row.situation else None
        cells = (row.exit_on, row.reference_on, outcome, situation)
        return LineRow("followup", (row.id, row.exit_on, months), _name(row), cells, 1)

    columns = ("Sortie le", "Date de référence", "Réponse", "Situation")
    return Listing(key, "Parcours de", columns, query, read, of_people=True)
