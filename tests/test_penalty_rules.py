"""Whose turn it is in a penalty, what a tolerance forgives, and what one supposes: rules without a database."""

import datetime
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from facilitator.lot_facts import AwardFact, DatedFact, HoursRow, LedgerFact, LotFacts
from facilitator.penalties import missing_hours
from facilitator.penalty_cases import Progress, explain, figures_of
from facilitator.penalty_simulation import SimulationRefused, WhatIf, simulate
from facilitator.penalty_words import PenaltyActor, PenaltyDecision, PenaltyState
from facilitator.rules import Rules
from facilitator.vocabulary import (
    AwardRole,
    GroupementForm,
    LedgerKind,
    LotDateKind,
    Standing,
    ToleranceKind,
)

D, DAY = Decimal, datetime.date
ON = DAY(2026, 11, 23)


def facts(owed: str, retained: str, **rule: object) -> LotFacts:
    """One company, one line, one month of hours."""
    hours = D(retained)
    row = HoursRow(1, DAY(2025, 10, 1), Standing.counted, None, hours, hours, D("0.00"))
    base = LotFacts(
        dates=(
            DatedFact(LotDateKind.start, DAY(2025, 9, 1)),
            DatedFact(LotDateKind.end, DAY(2026, 8, 31)),
        ),
        ledger=(LedgerFact(LedgerKind.initial, D(owed), DAY(2025, 9, 1)),),
        awards=(AwardFact(1, None, "Entreprise fictive", AwardRole.titulaire),),
        rows=(row,) if hours else (),
        penalty_rate=D("35.00"),
    )
    return replace(base, **rule)  # type: ignore[arg-type]


def test_ta_rennes_owes_the_offer_and_not_the_minimum() -> None:
    found = simulate(facts("490", "70"), ON, Rules(), WhatIf())
    assert found.total == D("14700.00")
    assert [
        value.replace("\u00a0", " ").replace("\u202f", " ")
        for _, value, _ in explain(found.outcomes[0].figures)
    ] == [
        "490,00 h",
        "70,00 h",
        "420,00 h",
        "14 700,00 €",
    ]


def test_a_tolerance_holds_at_its_very_limit_over_random_lots() -> None:
    random = Random(5)
    for _ in range(400):
        owed = D(random.randint(1, 400_000)) / 100
        percent = random.randint(0, 100)
        forgiven = (owed * percent / 100).quantize(D("0.01"), "ROUND_HALF_UP")
        cent = D("0.01")
        for short in {forgiven - cent, forgiven, forgiven + cent, owed, D("0.00")}:
            if not 0 <= short <= owed:
                continue
            retained = owed - short
            seuil = facts(
                str(owed), str(retained), tolerance_kind=ToleranceKind.seuil, tolerance_percent=D(percent)
            )
            franchise = replace(seuil, tolerance_kind=ToleranceKind.franchise)
            none = replace(seuil, tolerance_kind=ToleranceKind.none)
            assert missing_hours(seuil, owed, retained) == (short if short > forgiven else 0)
            assert missing_hours(franchise, owed, retained) == max(D(0), short - forgiven)
            assert missing_hours(none, owed, retained) == short
            # A tolerance never costs, and a seuil never costs less than a franchise.
            assert (
                missing_hours(franchise, owed, retained)
                <= max(missing_hours(seuil, owed, retained), max(D(0), short - forgiven))
                <= short
            )


def test_hours_supposed_add_to_those_retained_and_never_go_below_nothing() -> None:
    lot = facts("490", "70")
    assert simulate(lot, ON, Rules(), WhatIf(hours=D(20))).total == D("14000.00")
    assert simulate(lot, ON, Rules(), WhatIf(hours=D(-70))).total == D("17150.00")
    with pytest.raises(SimulationRefused, match="70,00"):
        simulate(lot, ON, Rules(), WhatIf(hours=D("-70.01")))
    assert not simulate(lot, ON, Rules(), WhatIf()).changed
    assert simulate(lot, ON, Rules(), WhatIf(rate=D(60))).changed


def test_what_is_supposed_is_computed_by_the_rules_of_the_statement() -> None:
    random = Random(7)
    for _ in range(100):
        owed, retained, rate = (D(random.randint(0, 90_000)) / 100 for _ in range(3))
        kind = random.choice(list(ToleranceKind))
        percent = D(random.randint(0, 30))
        supposed = simulate(
            facts(str(owed), str(retained)),
            ON,
            Rules(),
            WhatIf(rate=rate, tolerance_kind=kind, tolerance_percent=percent),
        )
        told = simulate(
            facts(
                str(owed), str(retained), penalty_rate=rate, tolerance_kind=kind, tolerance_percent=percent
            ),
            ON,
            Rules(),
            WhatIf(),
        )
        assert supposed.total == told.total
        assert supposed.statement == told.statement


def test_without_hours_or_without_a_rate_nothing_is_told() -> None:
    undefined = replace(facts("490", "70"), ledger=())
    assert simulate(undefined, ON, Rules(), WhatIf()).total is None
    no_rate = replace(facts("490", "70"), penalty_rate=None)
    assert simulate(no_rate, ON, Rules(), WhatIf()).total is None
    assert simulate(no_rate, ON, Rules(), WhatIf(rate=D(35))).total == D("14700.00")


def test_figures_of_a_line_carry_the_rule_that_made_them() -> None:
    lot = facts("490", "70", tolerance_kind=ToleranceKind.franchise, tolerance_percent=D(10))
    [outcome] = simulate(lot, ON, Rules(), WhatIf()).outcomes
    figures = figures_of(outcome.line, lot)
    assert (figures.forgiven, figures.missing, figures.hours_amount) == (
        D("49.00"),
        D("371.00"),
        D("12985.00"),
    )


def test_a_groupement_supposed_changes_who_answers() -> None:
    shares = (
        LedgerFact(LedgerKind.initial, D(500), DAY(2025, 9, 1), award_id=1),
        LedgerFact(LedgerKind.initial, D(100), DAY(2025, 9, 1), award_id=2),
    )
    lot = facts("1", "540", ledger=shares, awards=(
        AwardFact(1, None, "Mandataire fictif", AwardRole.mandataire),
        AwardFact(2, None, "Cotraitant fictif", AwardRole.cotraitant),
    ))  # fmt: skip
    whole = simulate(lot, ON, Rules(), WhatIf())
    assert [each.line.award_id for each in whole.outcomes] == [1]
    assert whole.total == D("2100.00")  # 60 h
    each = simulate(lot, ON, Rules(), WhatIf(groupement_form=GroupementForm.conjoint, shares_binding=True))
    assert {one.line.award_id: one.line.amount for one in each.outcomes} == {1: D("0.00"), 2: D("3500.00")}


# Whose turn

STATED = Progress(PenaltyState.stated, DAY(2026, 10, 1))
NOTIFIED = replace(STATED, state=PenaltyState.notified, notice_on=DAY(2026, 10, 5), notice_days=15)
REDUCED = replace(
    NOTIFIED,
    state=PenaltyState.decided,
    decision=PenaltyDecision.reduce,
    decided_amount=D("10.00"),
    decided_on=DAY(2026, 11, 2),
)


@pytest.mark.parametrize(
    ("progress", "on", "actor", "what", "since"),
    [
        (STATED, DAY(2026, 10, 3), "buyer", "envoyer la mise en demeure", DAY(2026, 10, 1)),
        (NOTIFIED, DAY(2026, 10, 20), "company", "répondre à la mise en demeure", DAY(2026, 10, 5)),
        (NOTIFIED, DAY(2026, 10, 21), "buyer", "décider de la pénalité", DAY(2026, 10, 21)),
        (replace(NOTIFIED, observed_on=DAY(2026, 10, 8)), DAY(2026, 10, 9), "buyer", "décider de la pénalité", DAY(2026, 10, 8)),
        (replace(NOTIFIED, observed_on=DAY(2026, 11, 8)), DAY(2026, 11, 9), "buyer", "décider de la pénalité", DAY(2026, 10, 21)),
        (REDUCED, DAY(2026, 11, 9), "buyer", "noter le numéro du décompte", DAY(2026, 11, 2)),
        (replace(REDUCED, decided_amount=D("0.00")), DAY(2026, 11, 9), "nobody", "rien", None),
        (replace(REDUCED, state=PenaltyState.settled, settled_on=DAY(2026, 11, 5)), DAY(2026, 11, 9), "nobody", "rien", None),
    ],
)  # fmt: skip
def test_the_next_actor_and_since_when_follow_from_the_dates(
    progress: Progress, on: datetime.date, actor: str, what: str, since: datetime.date | None
) -> None:
    turn = progress.next(on)
    assert (turn.actor, turn.since) == (PenaltyActor(actor), since)
    assert turn.what.startswith(what)
    assert progress.open is (actor != "nobody")


def test_a_past_day_sees_the_file_as_it_was() -> None:
    settled = replace(REDUCED, state=PenaltyState.settled, settled_on=DAY(2026, 11, 5))
    assert settled.at(DAY(2026, 9, 30)) is None
    seen = [
        settled.at(day) for day in (DAY(2026, 10, 1), DAY(2026, 10, 5), DAY(2026, 11, 2), DAY(2026, 11, 5))
    ]
    assert seen == [STATED, NOTIFIED, REDUCED, settled]
    withdrawn = replace(STATED, state=PenaltyState.withdrawn, withdrawn_on=DAY(2026, 10, 4))
    assert withdrawn.at(DAY(2026, 10, 3)) == STATED
    assert withdrawn.at(DAY(2026, 10, 4)) is None
