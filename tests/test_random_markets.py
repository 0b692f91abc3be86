"""Random markets: what a statement says is what an independent SQL says; page, workbook and PDF say the same."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, example, given, settings
from sqlalchemy.orm import Session

from facilitator import bilans
from facilitator.statement import Statement
from facilitator.vocabulary import BilanKind, MembershipRole
from reports import compliance_workbook, lot_bilan
from reports.lot_bilan import Edition
from tests import builders, random_markets
from tests.random_markets import EVERY_REASON, TODAY, Built, Plan, plans
from tests.test_figures_everywhere import (
    MEASURES,
    Reader,
    Tale,
    differences,
    in_book,
    months_in_book,
    of_lot,
    same_months,
    value,
)
from tests.workbooks import opened

SOME = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,  # the same three hundred everywhere; `make assurance` draws others
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORDS = ("Déclarées", "dont retenues", "dont non retenues", "dont en attente de validation", "dont refusées")


@dataclass(frozen=True)
class Places:
    """Each set of rules has its territory, and the facilitator who looks at its pages."""

    session: Session
    readers: list[Reader]

    def told(self, plan: Plan, built: Built, found: dict[int, Statement]) -> None:
        """What is read of the market in each place is what its statements say."""
        au = "" if built.day == TODAY else f"?au={built.day}"
        bilan = bilans.of_authority(
            self.session, built.buyer, built.day, TODAY, built.market, built.market.territory_id
        )
        book = opened(compliance_workbook.build(bilan))
        self.session.commit()  # the pages read in their own transactions
        written, months = in_book(book, "le classeur"), months_in_book(book)
        for lot in built.lots:
            key = (built.market.decp_id, lot.number)
            shown, by_month = of_lot(self.readers[plan.rules], lot.id, au)
            assert differences(written, Tale("la page du lot", {key: shown})) == []
            assert same_months(by_month, months.get(key, {}))
            wanted = measures(found[lot.id])
            assert [written.lots[key][name] for name in MEASURES] == wanted
            assert [shown[name] for name in MEASURES] == wanted
        assert pdf(bilan) == measures(bilan.situation.statement)
        alone = bilans.of_authority(
            *(self.session, built.buyer, built.day, TODAY, built.market, built.market.territory_id),
            built.lots[0].id,
        )
        assert pdf(alone) == measures(found[built.lots[0].id])


def measures(found: Statement) -> list[Decimal]:
    return [found.declared, found.retained, found.unretained, found.awaiting, found.refused]


def pdf(bilan: Any) -> list[Any]:
    """The parts of the declared hours as the PDF is given them; its months add up to them."""
    told = lot_bilan.facts(bilan, Edition(BilanKind.interim))
    parts = dict(told["parts"])  # type: ignore[call-overload]
    said = [value(parts[word]) for word in WORDS]
    months: Any = told["months"]
    assert [
        sum((Decimal(value(row[place]) or 0) for row in months), Decimal(0)) for place in range(1, 6)
    ] == said
    return said


def test_three_hundred_random_markets_are_what_sql_says_everywhere(app: Flask, session: Session) -> None:
    where = random_markets.places(session)
    users = [builders.user(session, MembershipRole.facilitator, territory=place) for place in where]
    session.commit()
    places = Places(session, [Reader(app) for _ in where])
    for reader, user in zip(places.readers, users, strict=True):
        assert builders.sign_in(reader, user).status_code == 303
    judged: set[str] = set()

    @SOME
    @given(plan=plans)
    @example(EVERY_REASON[0])
    @example(EVERY_REASON[1])
    def hold(plan: Plan) -> None:
        session.rollback()  # the reads of the example before
        built = random_markets.build(session, plan, where)
        found = random_markets.compare(session, built)
        places.told(plan, built, found)
        judged.update(random_markets.became(found.values()))

    hold()
    assert judged >= random_markets.ALL  # what was drawn went through the rules, and not beside them
