"""The activity report of the facilitators: each figure recounted from the lines by another path, with pandas."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import (
    activity,
    calibration,
    field_actions,
    ledger,
    lot_dates,
    markets,
    needs,
    placements,
    request_decisions,
    territories,
)
from facilitator.accounts import User
from facilitator.activity import ActivityRefused, Asked
from facilitator.activity_report import DEFINITIONS, FIELD, Answering, Measure, Period, Report
from facilitator.field_actions import About, FieldAction, What
from facilitator.hours import Timesheet
from facilitator.markets import Market
from facilitator.placements import Placement
from facilitator.territories import Territory
from facilitator.vocabulary import (
    CalibrationBasis,
    ContractType,
    FieldActionKind,
    FollowUpOutcome,
    LedgerKind,
    MembershipRole,
)
from tests import builders, trade
from tests.trade import Ground, day

TODAY = day("23/11/2026")
YEAR = Period(day("01/01/2026"), TODAY)
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def asked(place: Territory, period: Period = YEAR, facilitator_id: int | None = None) -> Asked:
    return Asked(place.id, period, facilitator_id)


def told(
    session: Session, place: Territory, period: Period = YEAR, facilitator_id: int | None = None
) -> Report:
    return activity.report(session, asked(place, period, facilitator_id), TODAY)


def numbers(report: Report) -> dict[str, int]:
    return {measure.value: found.number for measure, found in report.figures.items() if found.number}


@pytest.fixture
def ground(session: Session) -> Ground:
    return trade.market(session)


def someone(session: Session, ground: Ground) -> User:
    return builders.user(session, MembershipRole.facilitator, territory=ground.territory)


def acted(
    session: Session, ground: Ground, on: str, by: int | None, minutes: int = 60, **more: object
) -> FieldAction:
    kind = more.get("kind", FieldActionKind.visit)
    assert isinstance(kind, FieldActionKind)
    about = About(ground.territory.id, *more.get("about", (ground.lot.id, None)))  # type: ignore[misc]
    what = What(kind, day(on), minutes, "Visite du chantier")
    return field_actions.note(session, about, what, on=TODAY, by=by)


def test_a_corrected_action_counts_by_its_correction_and_one_that_never_was_does_not(
    session: Session, ground: Ground
) -> None:
    user = someone(session, ground)
    first = acted(session, ground, "10/03/2026", user.id, 90)
    shorter = What(FieldActionKind.call, day("11/03/2026"), 30, "C’était un appel")
    field_actions.correct(session, first, shorter, on=TODAY, by=user.id)
    never = acted(session, ground, "12/03/2026", user.id)
    field_actions.correct(
        session,
        never,
        What(FieldActionKind.visit, day("12/03/2026"), 0, "N’a pas eu lieu"),
        on=TODAY,
        by=None,
    )
    session.commit()
    report = told(session, ground.territory)
    assert (report.actions.number, report.actions.minutes) == (1, 30)
    assert report.figures[Measure.call].minutes == 30
    assert report.figures[Measure.visit].number == 0
    assert report.minutes_by_month[2] == 30


def test_actions_are_those_that_pandas_finds_among_the_lines(session: Session, ground: Ground) -> None:
    users = [someone(session, ground) for _ in "ab"]
    elsewhere = trade.market(session)
    days = ["31/12/2025", "01/01/2026", "15/02/2026", "28/02/2026", "23/11/2026"]
    for position, on in enumerate(days):
        for user in users:
            acted(session, ground, on, user.id, 10 * (position + 1), kind=list(FieldActionKind)[position])
    acted(session, elsewhere, "15/02/2026", None)
    session.commit()
    lines = pd.DataFrame(
        session.execute(
            select(
                FieldAction.territory_id,
                FieldAction.kind,
                FieldAction.done_on,
                FieldAction.author_id,
                FieldAction.minutes,
            )
        ).all()
    )
    inside = lines[
        (lines.territory_id == ground.territory.id)
        & (pd.to_datetime(lines.done_on) >= pd.Timestamp("2026-01-01"))
        & (pd.to_datetime(lines.done_on) <= pd.Timestamp("2026-11-23"))
    ]
    report = told(session, ground.territory)
    assert len(inside) == 8
    assert {each.value: report.figures[each].number for each in FIELD if report.figures[each].number} == (
        inside.groupby("kind").size().to_dict()
    )
    assert report.actions.minutes == inside.minutes.sum()
    assert {part.facilitator_id: part.minutes for part in report.parts if part.minutes} == (
        inside.groupby("author_id").minutes.sum().to_dict()
    )
    months = inside.groupby(pd.to_datetime(inside.done_on).dt.month).minutes.sum()
    assert list(report.minutes_by_month) == [months.get(month, 0) for month in range(1, 12)]
    one = told(session, ground.territory, facilitator_id=users[0].id)
    assert one.actions.minutes == inside[inside.author_id == users[0].id].minutes.sum()
    assert Measure.letters not in one.figures
    assert Measure.requests not in one.figures


def test_a_clause_is_written_on_the_first_of_its_days_and_only_once(session: Session) -> None:
    place = trade.territory(session)
    user = builders.user(session, MembershipRole.facilitator, territory=place)
    taken_over = trade.lot(
        session, place, start="01/03/2020", hours="100"
    )  # recorded today, in effect since 2020
    sized = trade.lot(session, place, start="01/12/2026", hours=None, facilitator_id=user.id)
    for on in ("05/02/2025", "05/02/2026"):
        ledger.keep_calibration(
            session,
            sized,
            CalibrationBasis.typed,
            {},
            calibration.size(calibration.Typed(Decimal(7))),
            on=day(on),
            by=user.id,
        )
    ahead = trade.lot(session, place, start="01/12/2026", hours=None)
    ledger.add_line(session, ahead, LedgerKind.initial, Decimal(7), effective_on=day("01/12/2026"), by=None)
    session.commit()
    years = {
        year: told(session, place, Period(datetime.date(year, 1, 1), min(datetime.date(year, 12, 31), TODAY)))
        for year in (2020, 2025, 2026)
    }
    assert [years[year].figures[Measure.clauses].number for year in years] == [1, 1, 1]
    assert [years[year].figures[Measure.calibrations].number for year in years] == [0, 1, 1]
    acts = {
        year: activity.of(session, asked(place, report.period), (Measure.clauses,))
        for year, report in years.items()
    }
    assert [acts[year][0].subject_id for year in acts] == [taken_over.id, sized.id, ahead.id]
    assert acts[2025][0].author_id == user.id
    # The buyer of each, and nobody twice.
    assert years[2026].figures[Measure.buyers].number == 2


def test_a_buyer_is_advised_by_a_clause_or_on_its_own_file_never_by_a_visit_to_a_company(
    session: Session, ground: Ground
) -> None:
    acted(session, ground, "10/03/2026", None, about=(None, ground.company.id))
    acted(session, ground, "10/03/2026", None)
    session.commit()
    assert told(session, ground.territory).figures[Measure.buyers].number == 0
    for on in ("10/03/2026", "11/04/2026"):
        acted(session, ground, on, None, about=(None, ground.buyer.id))
    session.commit()
    report = told(session, ground.territory)
    assert report.figures[Measure.buyers].number == 1
    assert [found.number for found in report.months[Measure.buyers].values()] == [1, 1]


def test_lots_are_followed_from_their_start_to_their_end_both_included(session: Session) -> None:
    place = trade.territory(session)
    spans = {
        "before": ("01/01/2025", "31/12/2025"),
        "first day": ("01/01/2025", "01/01/2026"),
        "inside": ("01/02/2026", "30/06/2026"),
        "last day": ("01/02/2025", "23/11/2026"),
        "starts last": ("23/11/2026", "31/12/2027"),
        "after": ("24/11/2026", "31/12/2027"),
    }
    lots = {name: trade.lot(session, place, start=start, end=end) for name, (start, end) in spans.items()}
    endless = trade.lot(session, place, start="01/02/2020", end=None)
    trade.lot(session, place, start=None, end=None)
    market = session.get_one(Market, endless.market_id)
    second = markets.add_lot(session, market, number="2", title="Lot 2", by=None)
    session.flush()
    lot_dates.set_date(session, second, "start", day("05/05/2026"), by=None)
    session.commit()
    frame = pd.DataFrame(
        [(lot.id, lot.market_id, *map(_day, spans[name])) for name, lot in lots.items()]
        + [
            (endless.id, endless.market_id, _day("01/02/2020"), pd.NaT),
            (second.id, endless.market_id, _day("05/05/2026"), pd.NaT),
        ],
        columns=["lot", "market", "start", "end"],
    )
    first, last = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-11-23")
    followed = frame[(frame.start <= last) & ~(frame.end < first)]
    at_end = frame[(frame.start <= last) & ~(frame.end < last)]
    new = frame[(frame.start >= first) & (frame.start <= last)]
    starts = frame.groupby("market").start.min()
    figures = told(session, place).figures
    assert figures[Measure.lots].number == followed.lot.nunique() == 6
    assert figures[Measure.markets].number == followed.market.nunique() == 5
    assert figures[Measure.lots_at_end].number == at_end.lot.nunique() == 4
    assert figures[Measure.markets_at_end].number == at_end.market.nunique() == 3
    assert figures[Measure.new_lots].number == new.lot.nunique() == 3
    assert figures[Measure.new_markets].number == ((starts >= first) & (starts <= last)).sum() == 2


def _day(text: str) -> pd.Timestamp:
    return pd.Timestamp(day(text))


def test_requests_are_answered_in_so_many_days(session: Session, ground: Ground) -> None:
    user = someone(session, ground)
    for position, days in enumerate((0, 2, 8, 40)):
        request = builders.eligibility_request(session, ground.territory, ground.company, f"Lou{position}")
        request.received_on = day("01/03/2026")
        decided = request.received_on + datetime.timedelta(days=days)
        request_decisions.refuse(session, request, "Pièces absentes", on=decided, by=user.id)
    dropped = builders.eligibility_request(session, ground.territory, ground.company, "Ange")
    request_decisions.drop(session, dropped, None, on=TODAY, by=user.id)
    builders.eligibility_request(session, ground.territory, ground.company, "Jo")
    other = trade.market(session)
    builders.eligibility_request(session, other.territory, ground.company, "Ana")
    session.commit()
    report = told(session, ground.territory)
    assert numbers(report)["requests"] == 6
    assert numbers(report)["answers"] == 4
    assert report.answering == Answering((0, 2, 8, 40), 7)
    assert (report.answering.median, report.answering.in_time_percent) == (Decimal(5), Decimal(50))
    march = told(session, ground.territory, Period(day("02/03/2026"), day("09/03/2026")))
    assert march.answering.days == (2, 8)
    assert Measure.requests.value not in numbers(march)
    assert "50\u00a0% en 7\u00a0jours au plus" in report.answers_said


def test_placements_relevés_letters_and_follow_ups_are_those_of_the_period(
    session: Session, ground: Ground
) -> None:
    place, user = ground.territory, someone(session, ground)
    hired = trade.person(session, place, "01/01/2026")
    at_work = trade.direct(session, hired, ground.award, ContractType.cdi, "01/04/2026")
    gone = trade.proposed(
        session, trade.person(session, place, "01/01/2026"), ground.award, trade.siae(session), "01/04/2026"
    )
    placements.decline(session, gone, "Parti", on=day("02/04/2026"), by=None)
    for month in ("04/2026", "05/2026"):
        trade.month(session, at_work.contract, month, "10")
    trade.declared(session, at_work.contract, "01/06/2026", "30/06/2026", "10")
    late = session.scalars(select(Timesheet).where(Timesheet.month == day("01/05/2026"))).one()
    late.decided_on, late.decided_by_id = day("05/06/2026"), user.id
    for at in (
        datetime.datetime(2025, 12, 31, 22, 30, tzinfo=datetime.UTC),
        datetime.datetime(2025, 12, 31, 23, 30, tzinfo=datetime.UTC),
    ):
        letter = builders.letter(place)
        letter.sent_at = at
        session.add(letter)
    session.add(builders.letter(place))  # never sent
    tried = builders.followup(session, hired)
    answered = builders.followup(session, ground.person)
    answered.outcome, answered.situation = FollowUpOutcome.answered, "cdi"
    silent = builders.followup(session, trade.person(session, place))
    silent.outcome = FollowUpOutcome.not_asked
    for on in ("31/12/2025", "01/06/2026"):
        wanted = needs.Wanted("Peintre", 1, day("01/07/2026"))
        needs.publish_new(session, ground.lot, None, wanted, on=day(on), by=user.id)
    session.commit()
    report = told(session, place)
    assert numbers(report)["placements"] == numbers(report)["needs"] == 1
    assert numbers(report)["timesheets"] == 2
    assert numbers(report)["letters"] == 1  # the first instant of the year, where people live
    assert (numbers(report)["follow_ups"], numbers(report)["follow_ups_answered"]) == (2, 1)
    assert tried.called_on == answered.called_on == day("03/08/2026")
    june = told(session, place, Period(day("01/06/2026"), day("30/06/2026")))
    assert numbers(june)["timesheets"] == 1
    assert "placements" not in numbers(june)
    starts = pd.DataFrame(session.execute(select(Placement.from_on, Placement.state)).all())
    assert (
        (starts.state == "confirmed") & (pd.to_datetime(starts.from_on) >= pd.Timestamp("2026-01-01"))
    ).sum() == 1


def test_every_figure_is_the_length_of_its_list(session: Session, ground: Ground) -> None:
    user = someone(session, ground)
    for on in ("10/03/2026", "10/04/2026"):
        acted(session, ground, on, user.id)
        acted(session, ground, on, None, about=(None, ground.buyer.id))
    ground.lot.facilitator_id = user.id
    session.commit()
    for one in (None, user.id):
        report = told(session, ground.territory, facilitator_id=one)
        for measure, found in report.figures.items():
            acts = activity.of(session, asked(ground.territory, YEAR, one), (measure,))
            assert len({act.subject_id for act in acts}) == found.number
            assert len(activity.lines(session, acts)) == len(acts)
            assert sum(act.minutes for act in acts) == found.minutes


def test_noted_minutes_are_a_share_of_full_time_jobs_by_the_rule_of_the_last_day(
    session: Session, ground: Ground
) -> None:
    acted(session, ground, "10/03/2025", None, 1440)
    for name, value, on in (
        ("fte_hours", "12", "01/01/2025"),
        ("fte_hours", "24", "01/01/2026"),
        ("facilitators_fte", "2,5", "01/01/2025"),
    ):
        territories.set_parameter(session, ground.territory, name, value, effective_on=day(on), by=None)
    session.commit()
    whole = told(session, ground.territory, Period(day("01/01/2025"), day("31/12/2025")))
    assert (whole.time.noted, whole.time.declared) == (Decimal("2.00"), Decimal("2.5"))
    half = told(session, ground.territory, Period(day("01/01/2025"), day("30/06/2025")))
    assert half.time.noted == Decimal("4.03")  # 24 h ÷ (12 h × 181 ÷ 365)
    assert "n’est qu’une partie du travail" in whole.time_said
    assert "2,50\u00a0ETP de facilitateurs" in whole.time_said


def test_a_period_counts_its_years_and_its_months() -> None:
    assert Period(day("01/01/2024"), day("31/12/2025")).years == 2
    assert Period(day("01/07/2023"), day("31/12/2024")).years == 1 + Fraction(184, 365)
    assert [each.month for each in Period(day("15/11/2025"), day("02/02/2026")).months] == [11, 12, 1, 2]


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("02/03/2026", "01/03/2026", "précède son début"),
        ("01/03/2026", "24/11/2026", "n’est pas encore passé"),
        ("01/03/2022", "23/11/2026", "dépasse 36"),
        ("01/01/0001", "23/11/2026", "dépasse 36"),
    ],
)
def test_days_that_make_no_period_are_refused(first: str, last: str, sentence: str) -> None:
    start = datetime.date(1, 1, 1) if first.endswith("0001") else day(first)
    with pytest.raises(ActivityRefused, match=sentence):
        activity.period(start, day(last), TODAY)


def test_each_line_says_what_it_counts() -> None:
    assert set(DEFINITIONS) == set(Measure)
    assert {each.value for each in FIELD} == {each.value for each in FieldActionKind}
