"""What is missing now, and of whom: read from the facts each time, so that it is never out of date."""

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from facilitator import french
from facilitator.labels import Labelled
from facilitator.periods import last_of_month
from facilitator.reminder_calendar import after, asked, late_from, months_over
from facilitator.reminder_facts import AtWork, Facts, Said, load
from facilitator.reminder_questions import Awaited


class DueKind(Labelled):
    """What may be asked of an organisation, in the order in which a letter says it."""

    refused = "refused", "Relevé refusé, à corriger"
    to_split = "to_split", "Relevé à partager"
    hours = "hours", "Heures à déclarer"
    nil = "nil", "Heures ou «\u00a0néant\u00a0» à déclarer"
    second = "second", "Heures à confirmer"
    placement = "placement", "Mise à l’emploi à confirmer"
    document = "document", "Document attendu"


OF_A_MONTH = frozenset(
    {DueKind.refused, DueKind.to_split, DueKind.hours, DueKind.nil, DueKind.second}
)  # answered on the page of the month


@dataclass(frozen=True)
class Due:
    """One thing that an organisation owes an answer about: named once, whatever the lots that it touches."""

    kind: DueKind
    territory_id: int
    organisation_id: int
    thing_id: int  # a contract, an award, a relevé, a share, a placement or a document, as the kind says
    month: datetime.date | None
    since: datetime.date  # late from this day on
    site: str
    lot_ids: tuple[int, ...]
    person_id: int | None = None
    person: str | None = None
    detail: str | None = None  # the reason of a refusal, the date of a split, the name of a document…
    until: datetime.date | None = None  # last day of the period that it is asked for

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes two readings name the same thing."""
        return self.kind.value, self.thing_id, self.month.isoformat() if self.month else ""

    @property
    def sentence(self) -> str:
        """The line of a letter; the person is a first name and an initial, for a letter travels."""
        whose = f"{self.person} – {self.site}" if self.person else self.site
        of = french.of(whose)
        match self.kind:
            case DueKind.hours:
                return f"heures {of}"
            case DueKind.nil:
                return f"{self.site}\u00a0: aucune heure n’est connue. Déclarez-les, ou dites «\u00a0néant\u00a0»"
            case DueKind.refused:
                return f"relevé refusé {of}. Motif\u00a0: {self.detail}"
            case DueKind.to_split:
                return f"relevé à partager {of}\u00a0: dites les heures avant et à partir du {self.detail}"
            case DueKind.second:
                return f"heures {of}, déclarées par {self.detail}\u00a0: confirmez-les ou contestez-les"
            case DueKind.placement:
                return f"{whose}, proposée le {self.detail}" if self.detail else whose
            case DueKind.document:
                return f"{self.detail} – {self.site}"


def due(
    session: Session,
    on: datetime.date,
    territory_ids: Collection[int] | None = None,
    organisation_ids: Collection[int] | None = None,
) -> list[Due]:
    """All that is missing on a day and may be asked by letter (a fixed number of selects).

    Never what is done, closed, «néant» or contested; nor, after 60 days, what only a call will obtain.
    """
    return [each for each in everything(session, on, territory_ids, organisation_ids) if by_letter(each, on)]


def everything(
    session: Session,
    on: datetime.date,
    territory_ids: Collection[int] | None = None,
    organisation_ids: Collection[int] | None = None,
) -> list[Due]:
    """All that is missing on a day, also what letters no longer ask and the facilitator calls about."""
    facts = load(session, on, territory_ids)
    found = [each for each in _everything(facts, on) if each.since <= on]
    if organisation_ids is not None:
        found = [each for each in found if each.organisation_id in set(organisation_ids)]
    order = list(DueKind)
    return sorted(
        found,
        key=lambda each: (
            each.organisation_id,
            each.month or datetime.date.max,
            order.index(each.kind),
            each.person or "",
            each.thing_id,
        ),
    )


def by_letter(each: Due, on: datetime.date) -> bool:
    """Whether a letter still asks for it, or only a call obtains it."""
    return each.kind is DueKind.document or asked(each.since, on)


def _everything(facts: Facts, on: datetime.date) -> Iterator[Due]:
    yield from _months(facts, on)
    yield from _refused(facts, on)
    yield from _to_split(facts, on)
    yield from _second_sides(facts, on)
    yield from _placements(facts, on)
    yield from _documents(facts, on)


# Months: the hours of contracts at work, else the word of the company.


def _months(facts: Facts, on: datetime.date) -> Iterator[Due]:
    for month in months_over(on):
        at_work = [each for each in facts.at_work if each.works(month)]
        yield from _hours(facts, at_work, month, on)
        yield from _nil(facts, at_work, month, on)


def _hours(facts: Facts, at_work: list[AtWork], month: datetime.date, on: datetime.date) -> Iterator[Due]:
    """Contracts of which nothing was said for a month that is over; one line a contract."""
    asking: dict[int, list[AtWork]] = {}
    for each in at_work:
        silent = facts.words.silent(each.contract_id, each.award_id, month)
        if silent and each.site.open(on) and each.site.period_end(month) < on:
            asking.setdefault(each.contract_id, []).append(each)
    for contract_id, rows in asking.items():
        ends = min(each.site.period_end(month) for each in rows)
        first = rows[0]
        yield Due(
            DueKind.hours, first.territory_id, first.employer_id, contract_id, month, after(ends),
            facts.sites(each.lot_id for each in rows), tuple(sorted({each.lot_id for each in rows})),
            first.person_id, first.person, until=ends,
        )  # fmt: skip


def _nil(facts: Facts, at_work: list[AtWork], month: datetime.date, on: datetime.date) -> Iterator[Due]:
    """Companies that owe hours on a lot where nobody of theirs is at work, and have not said «néant»."""
    working = {each.award_id for each in at_work}
    for award in facts.awards:
        site = facts.site[award.lot_id]
        ends = site.period_end(month)
        if not site.open(on) or site.start is None or ends >= on:
            continue
        if not site.works(month, last_of_month(month)) or not award.owes(last_of_month(month)):
            continue
        if (
            (award.id, month) in facts.words.nil
            or working & award.family
            or facts.shared_by(award.family, month)
        ):
            continue
        yield Due(
            DueKind.nil, award.territory_id, award.organisation_id, award.id, month, after(ends),
            facts.sites([award.lot_id]), (award.lot_id,), until=ends,
        )  # fmt: skip


# Relevés that came back, and those of which half a word is missing.


def _refused(facts: Facts, on: datetime.date) -> Iterator[Due]:
    """Refused relevés of which nothing else was said since; one a contract and month, the last refused."""
    last: dict[tuple[int, datetime.date], Said] = {}
    for sheet in facts.refused:
        if not facts.said_again(sheet) and facts.expects(sheet, on):
            last[sheet.contract_id, sheet.month] = sheet
    for sheet in last.values():
        yield _of_sheet(facts, DueKind.refused, sheet, late_from(sheet.decided_on), sheet.reason)


def _to_split(facts: Facts, on: datetime.date) -> Iterator[Due]:
    """Relevés that wait and straddle a limit; a contested one waits for the facilitator, not for its declarant."""
    for sheet in facts.to_split:
        if facts.expects(sheet, on) and not sheet.contested:
            at = french.date(sheet.split_on)
            yield _of_sheet(facts, DueKind.to_split, sheet, late_from(sheet.declared_on), at)


def _of_sheet(facts: Facts, kind: DueKind, sheet: Said, since: datetime.date, detail: str | None) -> Due:
    return Due(
        kind, sheet.territory_id, sheet.declarant_id, sheet.id, sheet.month, since,
        facts.sites(sheet.lot_ids), sheet.lot_ids, sheet.person_id, sheet.person, detail,
        last_of_month(sheet.month),
    )  # fmt: skip


# What others asked: the second side, an employer, a document.


def _second_sides(facts: Facts, on: datetime.date) -> Iterator[Due]:
    for each in facts.unanswered:
        if facts.site[each.lot_id].open(on):
            yield Due(
                DueKind.second, each.territory_id, each.answerer_id, each.share_id, each.month,
                late_from(each.declared_on), facts.sites([each.lot_id]), (each.lot_id,),
                each.person_id, each.person, each.declarant, last_of_month(each.month),
            )  # fmt: skip


def _placements(facts: Facts, on: datetime.date) -> Iterator[Due]:
    """Proposals without an answer, while the work proposed can still be done."""
    for each in facts.proposed:
        site = facts.site[each.lot_id]
        gone = any(end is not None and end < on for end in (each.to_on, site.end))
        if site.open(on) and not gone:
            yield Due(
                DueKind.placement, each.territory_id, each.employer_id, each.id, None,
                late_from(each.proposed_on), facts.sites([each.lot_id]), (each.lot_id,),
                each.person_id, each.person, french.date(each.proposed_on),
            )  # fmt: skip


def _documents(facts: Facts, on: datetime.date) -> Iterator[Due]:
    """Documents past their date; a closed lot still waits for those expected after it closed."""
    for each in facts.documents:
        site = facts.site[each.lot_id]
        closing = site.closed_on()
        expected = not site.closed(on) or (closing is not None and each.expected_on > closing)
        if site.clause and expected and each.organisation_id is not None:
            yield Due(
                DueKind.document, each.territory_id, each.organisation_id, each.id, None,
                after(each.expected_on), facts.sites([each.lot_id]), (each.lot_id,), each.person_id, each.person,
                _paper(each),
            )  # fmt: skip


def _paper(each: Awaited) -> str:
    """A document by its name, whose it is and its date: two of one kind are told apart."""
    whose = f" ({each.person})" if each.person else ""
    return f"{each.label}{whose}, attendu le {french.date(each.expected_on)}"
