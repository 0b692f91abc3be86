"""A facilitator follows lots: the list, one lot’s page, its ledger, its companies, its documents."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import journal_chain, ledger, lot_dates, statements
from facilitator.awards import Award
from facilitator.commitments import Calibration, LedgerLine
from facilitator.markets import Lot, MarketHolder
from facilitator.vocabulary import AwardRole, ContractType, LedgerKind, MembershipRole
from tests import builders, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.web.desk import BUDGET, Desk, open_desk

ON = trade.day("31/03/2026")


@pytest.fixture
def desk(client: Browser, session: Session) -> Desk:
    return open_desk(client, session)


def said(text: str) -> str:
    """A text with plain spaces, to compare with the page’s."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


def main(page: object) -> str:
    return said(text_of(page))  # type: ignore[arg-type]


def address(desk: Desk, rest: str = "") -> str:
    return f"/lots/{desk.ground.lot.id}{rest}"


def lines(session: Session, lot: Lot) -> list[tuple[str, Decimal]]:
    session.expire_all()
    return [(line.kind, line.delta) for line in ledger.lines(session, lot.id)]


def test_the_list_shows_each_lot_with_its_figures_and_a_total(desk: Desk) -> None:
    trade.month(desk.session, desk.ground.contract, "02/2025", "140")
    trade.lot(desk.session, desk.ground.territory, hours=None, number="7")
    text = main(desk.get("/lots"))
    assert "2 lots" in text
    assert "1 000,00 h" in text and "140,00 h" in text
    assert "14,00 %" in text and "critique" in text
    assert "à définir" in text


def test_the_list_never_shows_another_territory(desk: Desk) -> None:
    other = trade.market(desk.session)
    page = desk.get("/lots")
    assert f"/lots/{other.lot.id}" not in page.text
    assert desk.client.get(f"/lots/{other.lot.id}").status_code == 404


def test_the_list_asks_as_many_queries_for_sixty_lots_as_for_one(desk: Desk) -> None:
    desk.get("/lots")
    once = desk.selects()
    for number in range(60):
        trade.lot(desk.session, desk.ground.territory, hours="10", number=str(number))
    page = desk.get("/lots")
    assert desk.selects() == once <= BUDGET
    assert len(page_of(page).xpath("//table[@id='lots']/tbody/tr")) == 50
    second = desk.get("/lots?page=2")
    assert len(page_of(second).xpath("//table[@id='lots']/tbody/tr")) == 11


@pytest.mark.parametrize(
    "query", ["tri=reste", "tri=fin", "tri=acheteur", "tri=inconnu", "page=99999999999", "page=-3"]
)
def test_the_list_sorts_and_pages_whatever_is_asked(desk: Desk, query: str) -> None:
    assert "Lot d’essai" in desk.get(f"/lots?{query}").text


def test_the_list_filters_by_rythme_year_and_words(desk: Desk) -> None:
    trade.lot(desk.session, desk.ground.territory, hours=None, number="7")
    assert "1 lot dans ce filtre" in main(desk.get("/lots?rythme=a_definir"))
    assert "1 lot dans ce filtre" in main(desk.get("/lots?rythme=critical"))
    assert "2 lots dans ce filtre" in main(desk.get("/lots?q=TRAVAUX+essai"))
    assert "Aucun lot ne répond" in main(desk.get("/lots?q=piscine"))
    assert "Aucun lot ne répond" in main(desk.get("/lots?annee=1999"))


def test_a_lot_says_its_four_figures_and_why_hours_are_not_retained(desk: Desk) -> None:
    ground = desk.ground
    for month in ("01/2026", "02/2026", "03/2026"):
        trade.month(desk.session, ground.contract, month, "90")
    late = trade.person(desk.session, ground.territory, "01/03/2026")
    hired = trade.direct(desk.session, late, ground.award, ContractType.cdd, "01/02/2026", "31/05/2026")
    trade.month(desk.session, hired.contract, "02/2026", "28")
    page = desk.get(address(desk, "?au=2026-03-31"))
    text = main(page)
    at = statements.of_lot(desk.session, ground.lot.id, ON)
    assert at.retained == Decimal("270.00") and at.unretained == Decimal("28.00")
    for figure in ("1 000,00 h", "270,00 h", "730,00 h", "27,00 %"):
        assert figure in text
    assert "Avant la validité de l’éligibilité" in text and "28,00 h" in text
    assert "25 550,00 €" in text  # 730 h × 35 €
    row = page_of(page).xpath("//table[@id='motifs']/tbody/tr")[0]
    assert [said(cell.text_content()) for cell in row.xpath("td")][:2] == ["28,00 h", "1"]
    assert f"/lots/{ground.lot.id}/releves" in row.xpath(".//a/@href")[0]


def test_the_situation_of_a_past_day_does_not_know_what_came_later(desk: Desk) -> None:
    ledger.add_line(
        desk.session,
        desk.ground.lot,
        LedgerKind.avenant,
        Decimal(90),
        effective_on=trade.day("15/03/2026"),
        by=None,
    )
    assert "1 090,00 h" in main(desk.get(address(desk, "?au=2026-03-15")))
    assert "1 090,00 h" not in main(desk.get(address(desk, "?au=2026-03-14")))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2999-01-01", "n’est pas encore connue"),
        ("2026-02-30", "n’existe pas au calendrier"),
        ("hier", "ne se lit pas comme une date"),
    ],
)
def test_a_situation_that_cannot_be_drawn_up_is_refused_in_a_sentence(
    desk: Desk, typed: str, sentence: str
) -> None:
    assert sentence in main(desk.get(address(desk, f"?au={typed}"), status=422))


def test_a_calibration_is_explained_kept_and_engaged(desk: Desk) -> None:
    lot = trade.lot(desk.session, desk.ground.territory, hours=None, number="9")
    where = f"/lots/{lot.id}/calibrage"
    question = desk.get(where)
    answer = desk.send(question, {"amount": "1 000 000"}, status=200)
    assert "1 000 000 € × 50 % × 5 % ÷ 30 € = 833,33 h, soit 833 h" in main(answer)
    done = desk.send(answer, {"effective_on": "2025-01-01", "document": "CCAP"}, form="engager")
    assert done.location.endswith(f"/lots/{lot.id}/engagement")
    assert lines(desk.session, lot) == [("initial", Decimal(833))]
    kept = desk.session.scalars(select(Calibration).where(Calibration.lot_id == lot.id)).one()
    assert (kept.exact, kept.hours) == (Decimal("833.33"), Decimal(833))
    assert "833,00 h" in main(desk.get(f"/lots/{lot.id}/engagement"))


def test_a_calibration_can_be_kept_without_owing_anything(desk: Desk) -> None:
    lot = trade.lot(desk.session, desk.ground.territory, hours=None, number="9")
    question = desk.get(f"/lots/{lot.id}/calibrage?base=invoiced")
    answer = desk.send(
        question, {"cumulated": "3 000 000", "floor": "2 700 000", "step": "2 000"}, status=200
    )
    assert "150 h" in main(answer) and "engager" not in {each.get("id") for each in page_of(answer).forms}
    desk.send(answer, {}, form="garder")
    assert lines(desk.session, lot) == []
    page = desk.get(f"/lots/{lot.id}/facturation")
    desk.send(page, {"closed_on": "2025-06-30", "cumulated": "2 702 000"})
    assert lines(desk.session, lot) == [("facturation", Decimal(1))]


@pytest.mark.parametrize("amount", ["", "NaN", "1e309", "-5", "beaucoup", "1,234"])
def test_a_calibration_that_means_nothing_is_refused_and_keeps_what_was_typed(
    desk: Desk, amount: str
) -> None:
    question = desk.get(address(desk, "/calibrage"))
    answer = desk.send(question, {"amount": amount}, status=422)
    assert page_of(answer).xpath("//input[@name='amount']/@value") == [amount]
    assert desk.session.scalar(select(func.count(Calibration.id))) == 0


def test_the_same_engagement_sent_twice_has_one_effect(desk: Desk) -> None:
    page = desk.get(address(desk, "/engagement/ligne"))
    typed = {"kind": "avenant", "hours": "90", "effective_on": "2026-03-15"}
    first, second = desk.send(page, typed), desk.send(page, typed)
    assert first.location == second.location
    assert lines(desk.session, desk.ground.lot) == [("initial", Decimal(1000)), ("avenant", Decimal(90))]


def test_a_line_that_would_owe_less_than_nothing_is_refused(desk: Desk) -> None:
    page = desk.get(address(desk, "/engagement/ligne"))
    refused = desk.send(page, {"kind": "remise", "hours": "-1 001", "effective_on": "2026-03-15"}, status=422)
    assert "rendrait négatives" in main(refused)
    assert page_of(refused).xpath("//input[@name='hours']/@value") == ["-1 001"]
    assert len(lines(desk.session, desk.ground.lot)) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hours": "NaN"}, "ne se lit pas comme un nombre"),
        ({"hours": "1e309"}, "ne se lit pas comme un nombre"),
        ({"hours": "9" * 30}, "dépasse"),
        ({"hours": ""}, "Renseignez ce champ"),
        ({"effective_on": "2026-02-30"}, "n’existe pas au calendrier"),
        ({"effective_on": ""}, "date d’effet"),
        ({"document": "x" * 201}, "au plus 200"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused(desk: Desk, typed: dict[str, object], sentence: str) -> None:
    page = desk.get(address(desk, "/engagement/ligne"))
    refused = desk.send(
        page, {"kind": "avenant", "hours": "5", "effective_on": "2026-03-15", **typed}, status=422
    )
    assert sentence in main(refused)
    assert len(lines(desk.session, desk.ground.lot)) == 1


def test_an_avenant_moves_hours_and_end_together_or_not_at_all(desk: Desk) -> None:
    lot = desk.ground.lot
    page = desk.get(address(desk, "/engagement/avenant"))
    wrong = {"hours": "90", "end": "2020-01-01", "effective_on": "2026-03-15"}
    assert "précède son début" in main(desk.send(page, wrong, status=422))
    assert len(lines(desk.session, lot)) == 1
    desk.send(
        page, {"hours": "90", "end": "2027-02-28", "effective_on": "2026-03-15", "document": "Avenant n° 1"}
    )
    assert lot_dates.execution(desk.session, [lot.id])[lot.id][1] == trade.day("28/02/2027")
    after, before = (main(desk.get(address(desk, f"?au={day}"))) for day in ("2026-03-15", "2026-03-14"))
    assert "1 090,00 h" in after and "28 février 2027" in after
    assert "1 090,00 h" not in before and "31 décembre 2026" in before


def test_a_tranche_is_affirmed_from_the_engagement(desk: Desk) -> None:
    page = desk.get(address(desk, "/engagement/ligne"))
    desk.send(page, {"kind": "tranche", "hours": "250", "option_until": "2099-06-30", "label": "TO1"})
    engagement = desk.get(address(desk, "/engagement"))
    assert "Non affermie" in main(engagement) and "1 250,00 h" in main(engagement)
    link = page_of(engagement).xpath("//a[contains(@href, 'affermir')]/@href")[0]
    desk.send(desk.get(link), {"on": "2026-02-10"})
    assert "Affermie" in main(desk.get(address(desk, "/engagement")))
    assert statements.of_lot(desk.session, desk.ground.lot.id, ON).owed == Decimal(1250)


def test_hours_go_from_one_company_to_another(desk: Desk) -> None:
    ground = desk.ground
    lot = trade.lot(desk.session, ground.territory, hours=None, number="8")
    leader = trade.award(desk.session, lot, role=AwardRole.mandataire)
    other = trade.award(desk.session, lot, role=AwardRole.cotraitant)
    for place, hours in ((leader, 600), (other, 400)):
        ledger.add_line(
            desk.session, lot, LedgerKind.initial, Decimal(hours), effective_on=ON, award=place, by=None
        )
    page = desk.get(f"/lots/{lot.id}/engagement/transfert")
    typed = {"giver": other.id, "taker": leader.id, "hours": "100", "effective_on": "2026-04-01"}
    desk.send(page, typed)
    assert sum(delta for _, delta in lines(desk.session, lot)) == 1000
    assert "supérieur à 0" in main(
        desk.send(desk.get(f"/lots/{lot.id}/engagement/transfert"), {**typed, "hours": "0"}, 422)
    )
    foreign = trade.market(desk.session).award.id
    answer = desk.client.post(
        f"/lots/{lot.id}/engagement/transfert",
        data={**typed, "giver": foreign, "csrf_token": builders.token_in(page)},
    )
    assert answer.status_code == 422


def test_dates_and_stops_are_facts_that_add_up(desk: Desk) -> None:
    lot = desk.ground.lot
    page = desk.get(address(desk, "/dates"))
    assert "déjà celles du lot" in main(desk.send(page, {"document": ""}, status=422))
    desk.send(page, {"start": "2027-02-01", "end": "2027-12-31"})
    assert lot_dates.execution(desk.session, [lot.id])[lot.id] == (
        trade.day("01/02/2027"),
        trade.day("31/12/2027"),
    )
    desk.send(desk.get(address(desk, "/arrets")), {"from_on": "2027-03-01", "reason": "Intempéries"})
    engagement = desk.get(address(desk, "/engagement"))
    assert "arrêt en cours" in main(engagement)
    link = page_of(engagement).xpath("//a[contains(@href, 'reprise?')]/@href")[0]
    desk.send(desk.get(link), {"on": "2027-03-10"})
    assert "9 mars 2027" in main(desk.get(address(desk, "/engagement")))


def test_a_published_titulaire_gets_the_lot_in_one_click(desk: Desk) -> None:
    lot = trade.lot(desk.session, desk.ground.territory, hours=None, number="8")
    holder = trade.company(desk.session, "Peintures fictives")
    desk.session.add(MarketHolder(market_id=lot.market_id, organisation_id=holder.id, position=1))
    page = desk.get(f"/lots/{lot.id}/entreprises")
    desk.send(page, {}, form=f"/lots/{lot.id}/entreprises/publiees")
    place = desk.session.scalars(select(Award).where(Award.lot_id == lot.id)).one()
    assert (place.organisation_id, place.role) == (holder.id, "titulaire")
    text = main(desk.get(f"/lots/{lot.id}/entreprises"))
    assert "à placer" not in text and "Peintures fictives" in text


def test_a_company_is_added_by_its_siret_and_amended(desk: Desk) -> None:
    lot = trade.lot(desk.session, desk.ground.territory, hours=None, number="8")
    where = f"/lots/{lot.id}/entreprises/attribuer"
    siret = builders.siret()
    assert "Donnez le nom" in main(desk.send(desk.get(where), {"siret": siret}, status=422))
    wrong = siret[:-1] + str((int(siret[-1]) + 1) % 10)
    assert "clé du SIRET" in main(desk.send(desk.get(where), {"siret": wrong, "name": "X"}, status=422))
    desk.send(desk.get(where), {"siret": siret, "name": "Façades Fictives"})
    orphan = {"siret": builders.siret(), "name": "Sous-traitant", "role": "sous_traitant"}
    assert "Choisissez laquelle" in main(desk.send(desk.get(where), orphan, status=422))
    place = desk.session.scalars(select(Award).where(Award.lot_id == lot.id)).one()
    where = f"/lots/entreprises/{place.id}/modifier"
    edit, other = desk.get(where), desk.get(where)
    desk.send(edit, {"role": "mandataire", "correspondent": "Dominique Fictif"})
    assert "Dominique Fictif" in main(desk.get(f"/lots/{lot.id}/entreprises"))
    late = desk.send(other, {"role": "mandataire", "correspondent": "Alix Autre"}, status=409)
    assert "Dominique Fictif" in main(late) and "Alix Autre" in main(late)


def test_a_lot_is_amended_and_two_editors_see_each_other(desk: Desk) -> None:
    page, other = desk.get(address(desk, "/modifier")), desk.get(address(desk, "/modifier"))
    typed = {
        "title": "Peinture et sols",
        "clause": "execution",
        "modes_admitted": ["embauche_directe"],
        "penalty_rate": "60",
        "tolerance_kind": "seuil",
        "tolerance_percent": "10",
    }
    desk.send(page, typed)
    desk.session.expire_all()
    lot = desk.session.get_one(Lot, desk.ground.lot.id)
    assert (lot.modes_admitted, lot.publics_admitted, lot.penalty_rate) == (
        ["embauche_directe"],
        None,
        Decimal(60),
    )
    assert "Embauche directe" in main(desk.get(address(desk)))
    conflict = desk.send(other, {**typed, "title": "Autre titre"}, status=409)
    assert "Peinture et sols" in main(conflict) and "Autre titre" in main(conflict)
    desk.send(conflict, {"title": "Autre titre"})
    assert "Autre titre" in main(desk.get(address(desk)))
    refused = desk.send(
        desk.get(address(desk, "/modifier")), {"women_percent": "101", "cpv": "450"}, status=422
    )
    assert "de 0 à 100" in main(refused) and "huit chiffres" in main(refused)


def test_the_journal_reads_as_sentences(desk: Desk) -> None:
    desk.send(
        desk.get(address(desk, "/engagement/ligne")),
        {"kind": "avenant", "hours": "90", "effective_on": "2026-03-15"},
    )
    text = main(desk.get(address(desk, "/journal")))
    assert "Ligne d’engagement : Avenant, +90,00 h." in text
    assert "Camille Démo" in text and "Entreprise ajoutée au lot : titulaire." in text
    assert "Autre écriture" not in text
    sealed, digest = journal_chain.head(desk.session, desk.ground.lot.id)
    assert sealed > 3
    assert f"Journal scellé : {sealed} écritures, empreinte {digest.replace(chr(160), ' ')}." in text


@pytest.mark.parametrize("rest", ["", "/engagement", "/entreprises", "/journal"])
def test_a_page_of_a_lot_costs_a_constant_number_of_queries(desk: Desk, rest: str) -> None:
    desk.get(address(desk, rest))
    once = desk.selects()
    for month in ("01/2026", "02/2026", "03/2026"):
        trade.month(desk.session, desk.ground.contract, month, "90")
        trade.award(desk.session, desk.ground.lot, role=AwardRole.sous_traitant, parent=desk.ground.award)
    desk.get(address(desk, rest))
    assert desk.selects() == once <= BUDGET + 6


def test_buyers_do_not_come_through_the_facilitator_s_doors(client: Browser, session: Session) -> None:
    ground = trade.market(session)
    user = builders.user(session, MembershipRole.authority, organisation=ground.buyer)
    builders.sign_in(client, user)
    for rest in ("", "/engagement", "/modifier", "/calibrage", "/journal"):
        assert client.get(f"/lots/{ground.lot.id}{rest}").status_code == 404
    assert session.scalar(select(func.count(LedgerLine.id))) == 1
