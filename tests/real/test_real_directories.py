"""The real directories of structures and the official lists."""

import os
from collections import Counter
from pathlib import Path

import pytest

from facilitator import reference_lists, siae_directory

REAL = Path(os.environ.get("FACILITATOR_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")


def test_the_siae_list_loads_3840_structures_and_reports_13() -> None:
    directory = siae_directory.read(REAL / "siae/siae_liste_simplifiee.csv")
    assert (directory.read, len(directory.entries), len(directory.problems)) == (3853, 3840, 13)
    sirets = Counter(each.siret for each in directory.entries)
    assert sum(number == 2 for number in sirets.values()) == 12


def test_the_esat_list_has_its_lost_zeros_back() -> None:
    directory = siae_directory.read(REAL / "siae/esat_liste_officielle_sans_contacts.csv")
    restored = [each for each in directory.problems if "Le SIRET a retrouvé" in each.reason]
    assert (directory.read, directory.rejected, len(restored)) == (1504, 78, 2)
    assert directory.read == len(directory.entries) + directory.repeated + directory.rejected
    assert all(len(each.postcode or "") == 5 for each in directory.entries)


@pytest.mark.parametrize(
    ("path", "list_name", "number"),
    [
        ("cog_departements.csv", "departement", 101),
        ("cog_regions.csv", "region", 18),
        ("cpv_2008_fr.csv", "cpv", 9454),
        ("rome_appellations.csv", "rome_appellation", 11118),
        ("insee_epci.csv", "epci", 1254),
        ("qpv_2024_extrait.csv", "qpv", 3),
        ("sirene_codes-NAF.json", "naf", 732),
        ("sirene_natures-juridiques.json", "legal_category", 260),
    ],
)
def test_each_official_list_is_recognised(path: str, list_name: str, number: int) -> None:
    found = reference_lists.read(REAL / "refs" / path)
    assert {each.list_name for each in found.labels} == {list_name}
    assert len(found.labels) == number


def test_communes_are_those_of_today_and_the_arrondissements() -> None:
    found = reference_lists.read(REAL / "refs/cog_communes.csv")
    by_code = {each.code: each.label for each in found.labels}
    assert by_code["75056"] == "Paris" and "75101" in by_code
    assert found.read == len(found.labels) + found.ignored
