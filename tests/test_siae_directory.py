"""Directories of SIAE and ESAT: lost zeros restored and said, bad SIRETs reported."""

from pathlib import Path

import pytest

from facilitator import siae_directory
from facilitator.import_problems import Level
from facilitator.vocabulary import SiaeKind

DATA = Path(__file__).parent / "data" / "siae"


def test_one_siret_may_stand_under_two_kinds() -> None:
    directory = siae_directory.read(DATA / "siae.csv")
    assert [each.key for each in directory.entries] == [
        ("90000001900001", SiaeKind.EI),
        ("90000001900001", SiaeKind.ACI),
        ("35600000049837", SiaeKind.EA),
    ]
    assert directory.entries[0].naf == "5621Z"


def test_a_wrong_siret_and_an_unknown_kind_are_reported_with_their_line() -> None:
    directory = siae_directory.read(DATA / "siae.csv")
    assert [(each.position, each.level) for each in directory.problems] == [
        (4, Level.rejection),
        (6, Level.rejection),
    ]
    assert directory.read == len(directory.entries) + directory.rejected + directory.repeated


def test_zeros_lost_by_a_spreadsheet_are_restored_and_said() -> None:
    directory = siae_directory.read(DATA / "esat.csv")
    (entry,) = directory.entries
    assert (entry.siret, entry.postcode, entry.department) == ("09000000100009", "01150", "01")
    assert entry.kind is SiaeKind.ESAT
    said = [each.reason for each in directory.problems if each.position == 2]
    assert len(said) == 2 and all("zéro initial" in each for each in said)
    assert (directory.read, directory.repeated, directory.rejected) == (3, 1, 1)


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"PK\x00", b"[1]"])
def test_another_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(siae_directory.NotSiaeDirectory, match="annuaire"):
        siae_directory.read(content, "autre.csv")
