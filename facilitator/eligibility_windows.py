"""When the hours of a person can count: windows of N months, suspended, extended, merged (trade.md §3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from facilitator.periods import DAY, Interval, add_months, merge
from facilitator.rules import Rules, WindowBasis
from facilitator.vocabulary import ContractType

__all__ = [
    "Adjustment",
    "AdjustmentKind",
    "Interval",
    "Window",
    "add_months",
    "alert_on",
    "counted_intervals",
    "last_counted_day",
    "last_day_of",
    "last_usual_day",
    "overlapping",
]


class AdjustmentKind(StrEnum):
    """What a facilitator may do to a window, with a reason."""

    suspension = "suspension"
    extension = "extension"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A suspension (its days do not count and push the end) or an extension (which ends on `to_on`)."""

    kind: AdjustmentKind
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Window:
    """A period opened by a validated fiche, from its date of effect on."""

    from_on: date
    adjustments: tuple[Adjustment, ...] = ()


def last_counted_day(start: date, months: int) -> date:
    """Give the last day of a period of N months: the day before the same day N months later."""
    return add_months(start, months) - DAY


def alert_on(last_day: date, rules: Rules) -> date:
    """Give the day on which the end of a window is announced."""
    return last_day - timedelta(days=rules.window_alert_days)


def counted_intervals(
    windows: Iterable[Window],
    contract_type: ContractType,
    rules: Rules,
    contract: Interval,
    contracts: Sequence[Interval] = (),
) -> tuple[Interval, ...]:
    """Give the days on which hours of one contract count; `contracts` are all those of the person."""
    known = (*contracts, contract)
    found: list[Interval] = []
    for window in windows:
        start = _start(window, rules, known)
        end = _end(window, start, contract_type, rules, contract)
        found += _without(Interval(start, end), _suspensions(window))
    return merge(found)


def last_day_of(
    window: Window,
    contract_type: ContractType,
    rules: Rules,
    contract: Interval,
    contracts: Sequence[Interval] = (),
) -> date | None:
    """Give the last day of one window for a contract; None when it lasts as long as an open contract."""
    start = _start(window, rules, (*contracts, contract))
    return _end(window, start, contract_type, rules, contract)


def last_usual_day(window: Window, rules: Rules) -> date:
    """Give the last day of a window as it runs from its date of effect, whatever the contract."""
    return _standard_end(window, window.from_on, rules.window_months)


def overlapping(first: Window, second: Window, rules: Rules) -> bool:
    """Say whether a later window begins before the usual end of an earlier one, which is refused."""
    earlier, later = sorted((first, second), key=lambda window: window.from_on)
    return later.from_on <= last_usual_day(earlier, rules)


def _start(window: Window, rules: Rules, contracts: Sequence[Interval]) -> date:
    if rules.window_basis is WindowBasis.validity:
        return window.from_on
    running = [each.from_on for each in contracts if each.last_on >= window.from_on]
    return max(window.from_on, min(running, default=window.from_on))


def _end(
    window: Window, start: date, contract_type: ContractType, rules: Rules, contract: Interval
) -> date | None:
    months = rules.months_for(contract_type)
    if months is not None:
        return _standard_end(window, start, months)
    usual = _standard_end(window, start, rules.window_months)
    # «The whole contract» holds for one that began while the person was still eligible.
    if contract.from_on <= usual and contract.last_on >= start:
        return contract.to_on
    return usual


def _standard_end(window: Window, start: date, months: int) -> date:
    end = last_counted_day(start, months)
    for pause in _suspensions(window):
        if pause.from_on <= end and pause.last_on >= start:
            lost = Interval(max(pause.from_on, start), pause.to_on).days()
            end = end + timedelta(days=lost) if (date.max - end).days > lost else date.max
    extended = (each.to_on for each in window.adjustments if each.kind is AdjustmentKind.extension)
    return max(end, *extended, end)


def _suspensions(window: Window) -> tuple[Interval, ...]:
    return merge(
        Interval(each.from_on, each.to_on)
        for each in window.adjustments
        if each.kind is AdjustmentKind.suspension
    )


def _without(whole: Interval, pauses: Iterable[Interval]) -> list[Interval]:
    """Cut the pauses (in order, disjoint) out of an interval."""
    kept: list[Interval] = []
    start = whole.from_on
    for pause in pauses:
        if not pause.meets(Interval(start, whole.to_on)):
            continue
        if pause.from_on > start:
            kept.append(Interval(start, pause.from_on - DAY))
        start = pause.last_on + DAY
    if start <= whole.last_on:
        kept.append(Interval(start, whole.to_on))
    return kept
