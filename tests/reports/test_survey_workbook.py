"""The survey as a workbook: a first sheet like a page, typed values, masked words, the method last."""

import zipfile
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from facilitator import national_series
from facilitator.contract_types import MAPPING_VERSION
from reports import survey_workbook
from tests import surveys
from tests.workbooks import all_text, opened, rows, sheet

D = Decimal


def exact(value: Any) -> Decimal:
    return D(str(value))


def test_the_first_sheet_reads_like_a_page_with_bases_and_last_year() -> None:
    book = opened(survey_workbook.build(surveys.made(times=2), surveys.made(2024)))
    assert tuple(book.sheetnames) == survey_workbook.SHEETS
    page = sheet(book, "Synthèse")
    assert page["A1"].value == "Enquête nationale de la clause sociale 2025 – PLIE du Val d’Exemple"
    told = {row["Indicateur"]: row for row in rows(page, "Indicateur")}
    assert exact(told["Heures engagées"]["2025"]) == 2469
    assert exact(told["Heures engagées"]["2024"]) == D("1234.5")
    assert exact(told["Heures engagées"]["Écart"]) == D("1234.5")
    assert told["Heures engagées"]["Base"] == "sur 1\u00a0territoire"
    six = told["À 6\u00a0mois\u00a0: en emploi ou en formation, parmi les répondants"]
    assert (exact(six["2025"]), six["Base"]) == (D("0.6667"), "n\u00a0=\u00a036, sur 1\u00a0territoire")
    floor = told["À 6\u00a0mois\u00a0: taux plancher, parmi ceux qui sont dans le champ"]
    assert (exact(floor["2025"]), floor["Base"][:7]) == (D("0.5"), "n\u00a0=\u00a048,")
    groups = {row["Contrats par groupe"]: row for row in rows(page, "Contrats par groupe")}
    assert (groups["CDI"]["2025"], exact(groups["CDI"]["Part"]), groups["CDI"]["Écart"]) == (
        84,
        D("0.42"),
        42,
    )
    assert len(page._charts) == 1  # type: ignore[attr-defined]


def test_each_sheet_is_a_table_whose_lines_add_up() -> None:
    book = opened(survey_workbook.build(surveys.made()))
    people = rows(sheet(book, "Personnes"), "Rubrique")
    assert (people[0]["Rubrique"], people[0]["Valeur"]) == ("Personnes", 40)
    by_sex = {row["Catégorie"]: row["Valeur"] for row in people if row["Rubrique"] == "Personnes par sexe"}
    assert sum(by_sex.values()) == 40 and by_sex["Non renseigné"] == 1
    hours = rows(sheet(book, "Heures"), "Rubrique")
    by_mode = [exact(row["Valeur"]) for row in hours if row["Rubrique"] == "Heures retenues par mode"]
    assert sum(by_mode) == D("400.25")
    followed = {row["Étape ou taux"]: row for row in rows(sheet(book, "Suivi 6–12 mois"), "Étape ou taux")}
    assert followed["Répondants"]["À 6\u00a0mois"] == 18
    assert exact(followed["Taux de réponse"]["À 12\u00a0mois"]) == D("0.5")
    assert followed["Taux de réponse"]["n à 12\u00a0mois"] == 20


def test_masked_figures_are_a_word_and_leave_no_number_behind() -> None:
    content = survey_workbook.build(
        surveys.made(), surveys.made(2024), hidden={"people/public", "followup/6"}, previous_hidden={"people"}
    )
    book = opened(content)
    people = rows(sheet(book, "Personnes"), "Rubrique")
    masked = {row["Valeur"] for row in people if row["Rubrique"] == "Personnes par public"}
    assert masked == {"masqué"}
    assert {row["Part"] for row in people if row["Rubrique"] == "Personnes par public"} == {None}
    compared = {row["Indicateur"]: row for row in rows(sheet(book, "Comparaison"), "Indicateur")}
    assert compared["Personnes"]["2024"] == "masqué" and compared["Personnes"]["Écart"] is None
    first = {row["Indicateur"]: row for row in rows(sheet(book, "Synthèse"), "Indicateur")}
    six = first["À 6\u00a0mois\u00a0: en emploi ou en formation, parmi les répondants"]
    assert six["2025"] == "masqué" and six["Base"].startswith("n\u00a0=\u00a0masqué")


def test_the_method_is_last_and_says_its_words_and_version() -> None:
    book = opened(survey_workbook.build(surveys.made()))
    told = {row["Rubrique"]: row["Explication"] for row in rows(sheet(book, "Méthode"), "Rubrique")}
    assert f"Groupes de contrats (version {MAPPING_VERSION})" in told
    assert "CDI intérimaire" in told[f"Groupes de contrats (version {MAPPING_VERSION})"]
    assert told["Établie le"] == "23\u00a0novembre\u00a02026"
    assert "année 2025" in told["Périmètre"]


def test_the_published_years_stand_with_their_source() -> None:
    book = opened(survey_workbook.build(surveys.made()))
    text = all_text(book)
    assert "25124684" in text and "Localtis" in text
    assert national_series.not_found() == (2016, 2018, 2019, 2020)
    assert all(each.source for each in national_series.published())


@pytest.mark.parametrize("name", ["=1+1", "+33 1", "-5", "@import", "Bon\x00jour"])
def test_whatever_a_territory_is_called_stays_text(name: str) -> None:
    book = opened(survey_workbook.build(surveys.made(scope=name)))
    for each in book.worksheets:
        for row in each.iter_rows():
            assert not [cell for cell in row if cell.data_type == "f"]


def test_no_cell_is_a_formula_and_every_sheet_prints_on_a_page_wide() -> None:
    content = survey_workbook.build(surveys.made(), surveys.made(2024))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(parts) == 8 and not [part for part in parts if b"<f>" in part]
    for page in opened(content).worksheets:
        assert page.page_setup.orientation == "landscape" and page.page_setup.fitToWidth == 1
        foot = page.oddFooter
        assert foot is not None and foot.left is not None
        assert "23\u00a0novembre\u00a02026" in (foot.left.text or "")
