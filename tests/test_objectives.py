"""Objectives: each figure recomputed from lines with pandas, by another path; what a publication should say."""

import datetime
from decimal import Decimal

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from facilitator import followed_markets, plie_exits, plie_objectives, spaser, spaser_figures
from facilitator.awards import Award
from facilitator.decp_values import FollowedLot, FollowedMarket, Publication, PublicationState, wanted
from facilitator.followups import FollowUp
from facilitator.journal import now
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.outcomes import PlieFamily
from facilitator.periods import add_months
from facilitator.plie_objectives import Goal, PlieRow, Public
from facilitator.rules import Rules
from facilitator.spaser import SpaserRow
from facilitator.vocabulary import (
    ClauseKind,
    ContractType,
    Criterion,
    FollowUpOutcome,
    SiaeKind,
    Situation,
    SocialConsideration,
)
from tests import trade
from tests.trade import day

D = Decimal
ON = datetime.date(2026, 11, 23)
CLAUSE, CRITERION, RESERVED, NONE = SocialConsideration


def publication(
    clauses: list[ClauseKind | None], published: set[SocialConsideration] | None, known: bool = True
) -> Publication:
    lots = tuple(FollowedLot(n, str(n), clause) for n, clause in enumerate(clauses))
    said = None if published is None else frozenset(published)
    market = FollowedMarket(
        1, "PLIE", 1, "Commune", "2026F1", False, "Travaux", None, None, None, said, known, lots
    )
    return Publication(market)


@pytest.mark.parametrize(
    ("clauses", "published", "state", "sentence"),
    [
        ([ClauseKind.execution], {CLAUSE}, "agrees", "Rien à corriger"),
        ([ClauseKind.execution], None, "silent", "ajoutez « Clause sociale »"),
        (
            [ClauseKind.execution],
            {NONE},
            "differs",
            "remplacez « Pas de considération sociale » par « Clause",
        ),
        ([ClauseKind.execution], set(), "differs", "ajoutez « Clause sociale »"),
        ([ClauseKind.execution, ClauseKind.critere], {CLAUSE}, "differs", "ajoutez « Critère social »"),
        ([ClauseKind.reserve_iae], {CLAUSE, RESERVED}, "differs", "retirez « Clause sociale »"),
        ([ClauseKind.reserve_iae, None], {CLAUSE, RESERVED}, "agrees", "Rien"),
        ([ClauseKind.insertion, None], {CLAUSE, NONE}, "differs", "retirez « Pas de considération sociale »"),
        ([None], {NONE}, "to_specify", "Précisez la clause"),
        ([], None, "to_specify", "Précisez la clause"),
    ],
)
def test_a_publication_is_set_beside_the_clauses_of_the_lots(
    clauses: list[ClauseKind | None],
    published: set[SocialConsideration] | None,
    state: str,
    sentence: str,
) -> None:
    found = publication(clauses, published)
    assert found.state == PublicationState(state)
    assert sentence in found.sentence.replace("\u00a0", " ")


def test_a_market_that_nobody_published_yet_is_told_what_to_declare() -> None:
    found = publication([ClauseKind.reserve_ess], None, known=False)
    assert found.sentence.startswith("À la publication") and "« Marché réservé »" in found.sentence.replace(
        "\u00a0", " "
    )


def test_every_clause_has_its_published_value() -> None:
    for clause in ClauseKind:
        value = wanted([FollowedLot(1, "1", clause)])
        assert len(value) == 1 and NONE not in value


def left(
    session: Session, place: trade.Territory, on_award: Award, exit_on: str, criterion: Criterion
) -> tuple[int, datetime.date]:
    """Somebody whose contract ended that day, with nothing after."""
    someone = trade.person(session, place)
    trade.fiche(session, someone, "01/01/2025", criterion)
    trade.direct(session, someone, on_award, ContractType.cdd, "03/02/2025", exit_on)
    return someone.id, day(exit_on)


def told(
    session: Session,
    place: trade.Territory,
    who: tuple[int, datetime.date],
    months: int,
    outcome: FollowUpOutcome,
    **answer: object,
) -> None:
    reference = add_months(who[1], months)
    session.add(
        FollowUp(
            territory_id=place.id, person_id=who[0], exit_on=who[1], milestone=months, reference_on=reference,
            outcome=outcome, called_on=ON, recorded_at=now(), tries=1, **answer,
        )
    )  # fmt: skip


def twelve_exits(session: Session) -> trade.Territory:
    """Exits of 2025 and 2026, of participants and others, answered in every way."""
    place = trade.territory(session)
    of = trade.award(session, trade.lot(session, place))
    lasting = {"situation": Situation.cdi, "since_on": day("01/04/2025"), "weekly_hours": D(35)}
    half = {"situation": Situation.cdi, "since_on": day("01/04/2025"), "weekly_hours": D("17.49")}
    trained = {"situation": Situation.formation_qualifiante, "training_validated": True}
    begun = {"situation": Situation.formation_qualifiante, "training_validated": False}
    yes, no = FollowUpOutcome.answered, FollowUpOutcome.unreachable
    plan: list[tuple[str, Criterion, FollowUpOutcome | None, dict[str, object]]] = [
        ("30/09/2025", Criterion.plie, yes, lasting),
        ("30/09/2025", Criterion.plie, yes, half),
        ("31/10/2025", Criterion.plie, yes, trained),
        ("31/10/2025", Criterion.plie, yes, begun),
        ("30/11/2025", Criterion.plie, no, {}),
        ("30/11/2025", Criterion.plie, None, {}),
        ("31/12/2025", Criterion.plie, FollowUpOutcome.out_of_scope, {}),
        ("31/10/2025", Criterion.rsa, yes, lasting),
        ("31/10/2025", Criterion.rsa, yes, {"situation": Situation.recherche}),
        ("30/04/2025", Criterion.plie, yes, lasting),  # its six months end in 2025
        ("31/07/2026", Criterion.plie, None, {}),  # reached in 2027 only
        ("30/06/2026", Criterion.plie, None, {}),  # reached on 30/12/2026
        ("30/12/2026", Criterion.plie, None, {}),  # has not left yet
    ]
    for exit_on, criterion, outcome, answer in plan:
        who = left(session, place, of, exit_on, criterion)
        if outcome is not None:
            told(session, place, who, 6, outcome, **answer)
    session.commit()
    return place


def by_pandas(session: Session, place: trade.Territory, year: int, plie_only: bool) -> dict[str, int]:
    """The same counts from the rows of the tables, path by path."""
    connection = session.connection()
    paths = pd.read_sql(
        text("SELECT person_id, to_on, six_on, firm_on FROM paths WHERE territory_id = :place"),
        connection, params={"place": place.id}, parse_dates=["to_on", "six_on", "firm_on"],
    )  # fmt: skip
    calls = pd.read_sql(
        text("SELECT * FROM follow_ups WHERE milestone = 6"), connection, parse_dates=["exit_on", "since_on"]
    )
    fiches = pd.read_sql(
        text(
            "SELECT e.person_id, e.effective_on FROM eligibilities e JOIN eligibility_criteria c"
            " ON c.eligibility_id = e.id WHERE c.criterion = 'plie' AND e.state = 'validated'"
        ),
        connection,
    )
    rows = paths.merge(calls, how="left", left_on=["person_id", "to_on"], right_on=["person_id", "exit_on"])
    rows = rows[(rows.six_on.dt.year == year) & (rows.to_on <= pd.Timestamp(ON))]
    if plie_only:
        rows = rows[rows.person_id.isin(fiches.person_id)]
    today = pd.Timestamp(ON)
    reached = rows[(rows.six_on <= today) & (rows.firm_on <= today)]
    scope = reached[reached.outcome != "out_of_scope"]
    said = scope[scope.outcome == "answered"]
    months = (said.six_on - said.since_on).dt.days
    lasting = said[said.situation.eq("cdi") & months.ge(180) & said.weekly_hours.ge(1750)]
    training = said[said.situation.eq("formation_qualifiante") & said.training_validated.eq(True)]
    return {
        "all": len(rows), "reached": len(reached), "in_scope": len(scope), "answered": len(said),
        "lasting": len(lasting), "training": len(training),
    }  # fmt: skip


def test_gauges_are_what_pandas_counts_on_the_rows(session: Session) -> None:
    place = twelve_exits(session)
    exits = plie_exits.of_territory(session, place.id, ON)
    for public in Public:
        for year in (2025, 2026, 2027):
            found = plie_objectives.objectives(exits, year, 6, public, Rules())
            expected = by_pandas(session, place, year, public is Public.participants)
            chosen = plie_objectives.chosen(exits, year, 6, public)
            lines = {row: len(plie_objectives.of_row(chosen, row)) for row in PlieRow}
            assert {name: lines[PlieRow(name)] for name in expected} == expected, (public, year)
            assert found.chain.left == expected["all"] and found.chain.in_scope == expected["in_scope"]
            assert found.families[PlieFamily.lasting] == expected["lasting"]
            assert lines[PlieRow.positive] == expected["lasting"] + expected["training"]
            assert lines[PlieRow.asked] == found.chain.asked
            assert lines[PlieRow.answered] == sum(found.families.values())
    found = plie_objectives.objectives(exits, 2026, 6, Public.participants, Rules())
    positive, lasting, training = found.gauges
    assert (positive.count, lasting.count, training.count, positive.answered) == (2, 1, 1, 4)
    assert (positive.rate, positive.floor_rate, positive.met) == (D(50), D("33.33"), True)
    assert (lasting.rate, lasting.met, lasting.points) == (D(25), False, D(-17))
    assert [each.goal for each in found.gauges] == list(Goal)
    nobody = plie_objectives.objectives(exits, 2024, 6, Public.everybody, Rules())
    assert [(each.rate, each.met) for each in nobody.gauges] == [(None, None)] * 3


def test_a_participant_is_one_from_the_fiche_that_says_so(session: Session) -> None:
    place = trade.territory(session, window_months="12")
    who, exit_on = left(
        session, place, trade.award(session, trade.lot(session, place)), "30/09/2025", Criterion.rsa
    )
    person = session.get_one(trade.Person, who)
    trade.fiche(session, person, "01/02/2026", Criterion.plie, window_reason="Nouveau parcours")
    session.commit()
    [six, twelve] = plie_exits.of_territory(session, place.id, ON)
    assert not six.participant and (six.exit_on, six.reached, twelve.reached) == (exit_on, True, True)
    assert six.family is None


def bought(session: Session, place: trade.Territory, owner: Organisation, **facts: object) -> Lot:
    """A market of the buyer with one lot of 100 h."""
    clause = facts.pop("clause", None)
    lot = trade.lot(session, place, hours="100", by_buyer=owner, clause=clause)
    market = session.get_one(Market, lot.market_id)
    for name, value in facts.items():
        setattr(market, name, value)
    session.flush()
    return lot


def a_year_of_purchases(session: Session) -> tuple[trade.Territory, Organisation, Lot]:
    place, owner = trade.territory(session), trade.buyer(session)
    this, last = day("15/03/2026"), day("15/03/2025")
    first = bought(session, place, owner, notified_on=this, amount=D(1000), clause=ClauseKind.execution)
    bought(session, place, owner, notified_on=this, amount=D(500), considerations=["critere", "reserve"])
    bought(session, place, owner, notified_on=this, considerations=["aucune"])
    bought(session, place, owner, notified_on=this, amount=D(70), framework_id="2024AC1")
    bought(
        session,
        place,
        owner,
        notified_on=this,
        amount=D(30),
        clause=ClauseKind.critere,
        considerations=["aucune"],
    )
    bought(session, place, owner, notified_on=last, amount=D(9), clause=ClauseKind.execution)
    bought(session, place, owner, amount=D(9), clause=ClauseKind.execution)
    bought(session, place, trade.buyer(session), notified_on=this, clause=ClauseKind.execution)
    on_award = trade.award(session, first)
    for kind, month, hours in (
        (SiaeKind.ETTI, "02/2026", "40"),
        (SiaeKind.EI, "03/2026", "50"),
        (SiaeKind.AI, "02/2025", "9"),
    ):
        someone = trade.person(session, place, "01/01/2025")
        work = trade.work(
            session,
            someone,
            on_award,
            trade.siae(session, kind),
            ContractType.ctt,
            "01/02/2025",
            "31/12/2026",
        )
        trade.month(session, work.contract, month, hours)
    trade.declared(session, work.contract, "01/03/2026", "31/03/2026", "8")  # an AI whose hours wait
    others = session.query(Lot).join(Market).filter(Market.buyer_id != owner.id).one()
    elsewhere = trade.direct(
        session, trade.person(session, place, "01/01/2025"), trade.award(session, others), ContractType.cdi, "01/02/2025"
    )  # fmt: skip
    trade.month(session, elsewhere.contract, "02/2026", "33")
    own = trade.direct(
        session, trade.person(session, place, "01/01/2025"), on_award, ContractType.cdi, "01/02/2025"
    )
    trade.month(session, own.contract, "04/2026", "60")
    trade.declared(session, own.contract, "01/05/2026", "31/05/2026", "70")  # waits: it is nowhere
    session.commit()
    return place, owner, first


def test_the_indicators_of_a_buyer_are_what_pandas_counts_on_its_markets(session: Session) -> None:
    place, owner, _ = a_year_of_purchases(session)
    markets = followed_markets.of_territory(session, place.id)
    found = spaser_figures.of_buyer(session, owner, markets, 2026, ON, place.id)
    lines = {line.row: line for line in found.lines}
    connection = session.connection()
    rows = pd.read_sql(
        text("SELECT m.*, l.clause FROM markets m JOIN lots l ON l.market_id = m.id WHERE m.buyer_id = :buyer"),
        connection, params={"buyer": owner.id}, parse_dates=["notified_on"],
    )  # fmt: skip
    rows = rows[rows.notified_on.dt.year == 2026]
    said = rows.considerations.map(lambda each: str(each or ""))
    clause, critere = rows.clause.eq("execution"), rows.clause.eq("critere") | said.str.contains("critere")
    social = clause | critere | said.str.contains("reserve")
    counts = {
        SpaserRow.all: rows, SpaserRow.social: rows[social], SpaserRow.clause: rows[clause],
        SpaserRow.critere: rows[critere], SpaserRow.reserve: rows[said.str.contains("reserve")],
        SpaserRow.aucune: rows[said.str.contains("aucune") & ~social],
        SpaserRow.unsaid: rows[~social & ~said.str.contains("aucune")],
    }  # fmt: skip
    for row, theirs in counts.items():
        adding = theirs[theirs.framework_id.isna()]
        assert lines[row].markets == len(theirs), row
        assert lines[row].amount == D(int(adding.amount.fillna(0).sum())) / 100, row
        assert lines[row].amounts_known == adding.amount.notna().sum(), row
    assert lines[SpaserRow.all].markets == 5 and lines[SpaserRow.social].share_percent == 60
    parts = (SpaserRow.social, SpaserRow.aucune, SpaserRow.unsaid)
    assert sum(lines[each].markets for each in parts) == 5
    shares = pd.read_sql(
        text(
            "SELECT s.month, s.retained FROM shares s JOIN lots l ON l.id = s.lot_id JOIN markets m ON m.id = l.market_id WHERE m.buyer_id = :buyer"
        ),
        connection,
        params={"buyer": owner.id},
        parse_dates=["month"],
    )
    shares = shares[(shares.retained > 0)]
    year = shares[shares.month.dt.year == 2026]
    assert found.worked == D(int(year.retained.sum())) / 100 == 150
    assert found.total.retained == D(int(shares.retained.sum())) / 100 == 159
    assert found.total.owed == 500
    assert [(each.kinds, each.hours) for each in found.siae] == [("EI", 50), ("ETTI", 40)]


def test_a_market_that_two_territories_follow_counts_once_for_its_buyer_and_for_its_pilot(
    session: Session,
) -> None:
    _, owner, first = a_year_of_purchases(session)
    elsewhere = trade.followed_elsewhere(session, first)
    theirs = session.get_one(Market, elsewhere.market_id)
    theirs.notified_on = day("15/03/2026")
    session.commit()
    every = followed_markets.of_buyer(session, owner.id)
    assert len(spaser.notified_in(every, 2026)) == 5
    assert theirs.id not in {each.id for each in every}
    assert followed_markets.of_territory(session, theirs.territory_id) == []
    assert spaser.years(every) == [2026, 2025]
