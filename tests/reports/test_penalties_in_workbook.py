"""What became of a penalty stands beside its computed amount: in the workbook, on the buyer’s page, in the PDF."""

import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from facilitator import bilans, markets, penalty_constats, penalty_files
from facilitator.bilan import Bilan
from facilitator.markets import Market
from facilitator.penalty_words import PenaltyDecision, PenaltyReason
from facilitator.vocabulary import GroupementForm
from reports import compliance_workbook
from tests.penalties import Ended, notified, rennes
from tests.scenarios import scenario_8
from tests.trade import day
from tests.workbooks import opened, rows, sheet

D = Decimal
TODAY = datetime.date(2026, 11, 23)


def bilan_of(session: Session, at: Ended, on: datetime.date = TODAY) -> Bilan:
    session.commit()
    return bilans.of_authority(session, at.buyer, on, TODAY)


def penalty_row(bilan: Bilan) -> dict[str, object]:
    [row] = rows(sheet(opened(compliance_workbook.build(bilan)), "Pénalités"))
    return dict(row)


def test_the_workbook_tells_the_step_and_the_decision_beside_the_amount(session: Session) -> None:
    at = rennes(session)
    session.commit()
    row = penalty_row(bilan_of(session, at))
    assert D(str(row["Pénalité due"])) == 14700
    assert row["Étape"] is None and row["Montant constaté"] is None
    file = notified(session, at)
    penalty_files.decide(
        session,
        file,
        PenaltyDecision.reduce,
        amount=D(7000),
        reason=PenaltyReason.vain_searches,
        on=day("02/11/2026"),
        by=None,
    )
    row = penalty_row(bilan_of(session, at))
    assert (row["Étape"], row["Décision"]) == ("Décidée", "Réduire la pénalité")
    assert (D(str(row["Montant constaté"])), D(str(row["Montant décidé"]))) == (14700, 7000)
    assert row["Motif"] == "Recherches sérieuses restées sans candidat"
    assert row["Décidée le"] == datetime.datetime(2026, 11, 2)
    before = penalty_row(bilan_of(session, at, day("20/10/2026")))
    assert (before["Étape"], before["Montant décidé"]) == ("Mise en demeure envoyée", None)


def test_the_sentence_of_a_market_asks_its_buyer_for_the_next_step_only(session: Session) -> None:
    at = rennes(session)
    session.commit()

    def sentence(on: datetime.date) -> str:
        [market] = bilan_of(session, at, on).situation.markets
        assert market.lots[0].sentence.rpartition("faire")[2] == market.sentence.rpartition("faire")[2]
        return market.sentence.replace("\u00a0", " ").replace("\u202f", " ")

    assert sentence(TODAY).endswith("décider de la pénalité, calculée à 14 700,00 €.")
    file = notified(session, at, day("05/10/2026"))
    assert sentence(day("02/10/2026")).endswith("envoyer la mise en demeure.")
    assert sentence(day("10/10/2026")).endswith("Ce que vous avez à faire : rien.")
    assert sentence(TODAY).endswith("décider de la pénalité.")
    penalty_files.decide(
        session, file, PenaltyDecision.waive, reason=PenaltyReason.excessive, on=TODAY, by=None
    )
    assert sentence(TODAY).endswith("Ce que vous avez à faire : rien.")


def test_a_constat_that_no_line_matches_any_more_keeps_its_row(session: Session) -> None:
    scene = scenario_8(session)
    penalty_constats.state(
        session, scene.lot, None, figures_on=day("01/10/2026"), on=day("01/10/2026"), by=None
    )
    markets.amend_lot(
        session, scene.lot, by=None, groupement_form=GroupementForm.conjoint, shares_binding=True
    )
    session.commit()
    buyer_id = session.get_one(Market, scene.lot.market_id).buyer_id
    buyer = session.get_one(bilans.Organisation, buyer_id)
    found = rows(
        sheet(
            opened(compliance_workbook.build(bilans.of_authority(session, buyer, TODAY, TODAY))), "Pénalités"
        )
    )
    natures = [row["Nature"] for row in found]
    assert natures == ["Heures non faites"] * 3 + ["Constat antérieur"]
    assert D(str(found[-1]["Montant constaté"])) == 3000
    assert all(row["Étape"] is None for row in found[:3])
