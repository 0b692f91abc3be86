"""Several files, one market: the newest publication wins, whatever the order of the files."""

import itertools
import json

from facilitator import decp
from facilitator.import_problems import Level


def reading(name: str, **changes: object) -> decp.Reading:
    base: dict[str, object] = {
        "id": "M1",
        "acheteur": {"id": "21999001700002"},
        "objet": "Voirie",
        "datePublicationDonnees": "2025-01-01",
    }
    return decp.read(json.dumps([base | changes]).encode(), name)


def modification(number: int, day: str) -> dict[str, object]:
    return {"modification": {"id": number, "datePublicationDonneesModification": day}}


def test_an_identical_repetition_is_silent() -> None:
    merged = decp.merge([reading("a.json"), reading("b.json")])
    assert (merged.read, len(merged.chosen), len(merged.superseded)) == (2, 1, 1)
    assert merged.problems == ()


def test_the_newest_of_publication_and_modification_dates_wins() -> None:
    older = reading("a.json", datePublicationDonnees="2025-05-01", montant=1)
    newer = reading("b.json", modifications=[modification(1, "2025-06-01")], montant=2)
    for order in ([older, newer], [newer, older]):
        merged = decp.merge(order)
        assert merged.chosen[0].market.amount == 2


def test_at_equal_dates_the_longer_list_of_modifications_wins() -> None:
    short = reading("a.json", modifications=[modification(2, "2025-06-01")])
    both = [modification(2, "2025-06-01"), modification(1, "2025-03-01")]
    merged = decp.merge([reading("b.json", modifications=both), short])
    assert len(merged.chosen[0].market.modifications) == 2


def test_the_order_in_which_modifications_are_listed_says_nothing() -> None:
    both = [modification(2, "2025-06-01"), modification(1, "2025-03-01")]
    one = reading("a.json", modifications=both)
    other = reading("b.json", modifications=both[::-1])
    assert decp.merge([one, other]).problems == ()


def test_a_contradictory_repetition_is_told_with_what_differs() -> None:
    merged = decp.merge([reading("a.json", montant=1), reading("b.json", montant=2)])
    (problem,) = merged.problems
    assert problem.level is Level.warning
    assert problem.reason.startswith("Doublon contradictoire") and "montant" in problem.reason
    assert merged.read == len(merged.chosen) + len(merged.superseded) + merged.rejected


def test_any_order_of_files_gives_the_same_choice() -> None:
    files = [reading(f"{n}.json", montant=n, objet=f"Voirie {n % 2}") for n in range(4)]
    chosen = {decp.merge(order).chosen[0].market.canonical() for order in itertools.permutations(files)}
    assert len(chosen) == 1
