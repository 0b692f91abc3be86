"""The real files of the field, read whole: every record accounted for, the known numbers found again."""

import os
from pathlib import Path

import pytest

from facilitator import decp, lot_grouping
from facilitator.vocabulary import SocialConsideration

REAL = Path(os.environ.get("FACILITATOR_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
DECP = REAL / "decp"
PARIS = (DECP / "v2_reel/decp_2024_ville_de_paris.json", DECP / "v2_reel/decp_2025_ville_de_paris.json")


def accounted(merged: decp.Merged) -> int:
    return len(merged.chosen) + len(merged.superseded) + merged.rejected


# read, markets, rejected
@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("v1_reel/croix59_2019-2021.json", (159, 111, 33)),
        ("v1_reel/data.gouv.fr_aife.json", (4530, 4259, 26)),
        ("v1_reel/e-marchespublics.json", (470, 441, 0)),
        ("v2_reel/data.economie_decp_valides_2022_test.csv", (9, 9, 0)),
        ("v2_reel/decp-processing_test_2022.json", (5, 5, 0)),
        ("v2_reel/decp_2024H2_travaux_cpv4521.csv", (5180, 5180, 0)),
        ("v2_reel/decp_2024_ville_de_paris.json", (1054, 1054, 0)),
        ("v2_reel/decp_2025_ville_de_paris.json", (1152, 1152, 0)),
        ("v2_reel/eclaireur_public_20_marches.json", (20, 20, 0)),
        ("v2_reel/megalis_59920013600241_2024-07-09.json", (5, 5, 0)),
    ],
)
def test_every_real_file_is_read_and_every_record_accounted_for(
    path: str, numbers: tuple[int, int, int]
) -> None:
    merged = decp.merge([decp.read(DECP / path)])
    assert (merged.read, len(merged.chosen), merged.rejected) == numbers
    assert accounted(merged) == merged.read


def test_paris_in_two_files_has_2200_markets_of_which_483_with_a_social_clause() -> None:
    first, second = (decp.read(path) for path in PARIS)
    merged = decp.merge([first, second])
    social = [
        each for each in merged.chosen if SocialConsideration.clause in (each.market.considerations or ())
    ]
    assert (merged.read, len(merged.chosen), len(social)) == (2206, 2200, 483)
    assert decp.merge([second, first]) == merged


def test_of_a_market_in_both_paris_files_the_longer_list_of_modifications_is_kept() -> None:
    merged = decp.merge(decp.read(path) for path in PARIS)
    by_id = {each.market.decp_id: each.market for each in merged.chosen}
    assert len(by_id["202420241"].modifications) == 4
    assert len(by_id["2024T05755"].modifications) == 2


def test_no_object_keeps_a_line_break() -> None:
    for path in PARIS:
        assert not any("\n" in (each.market.object or "") for each in decp.read(path).records)


def test_the_table_of_works_has_1342_buyers() -> None:
    reading = decp.read(DECP / "v2_reel/decp_2024H2_travaux_cpv4521.csv")
    assert len({each.market.buyer_id for each in reading.records}) == 1342


def test_lots_of_real_consultations_are_proposed() -> None:
    reading = decp.read(DECP / "v1_reel/e-marchespublics.json")
    groups = lot_grouping.propose(each.market for each in decp.merge([reading]).chosen)
    assert len(groups) > 20
    assert all(len({each.market.buyer_id for each in group.lots}) == 1 for group in groups)
