"""A paste from a spreadsheet: read line by line, matched with the people and sites of a month, nothing invented."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitator import french, paste_matching
from facilitator.names import normalised
from facilitator.paste_matching import Match, Month, Place, Slot, Sure
from facilitator.pasted_lines import Line, hours_text, read

PEOPLE = {
    1: "Jean-Pierre MARTIN",
    2: "Élodie LEFÈVRE",
    3: "Marie DUPONT",
    4: "Marion DUPOND",
    5: "Ana DA SILVA",
}
PLACES = {
    10: Place("Groupe scolaire Hugo – lot 3 Peinture", ("Ville d’Exemple", "3"), "3"),
    11: Place("Groupe scolaire Hugo – lot 4 Sols", ("Ville d’Exemple", "4"), "4"),
    12: Place("Piscine des Tilleuls – lot 3 Gros œuvre", ("Département de la Fable", "3"), "3"),
}


def match(typed: str, people: dict[int, str], remembered: dict[str, int]) -> Match[int]:
    return paste_matching.match_person(
        typed, {key: normalised(name) for key, name in people.items()}, remembered
    )


def who(typed: str, **remembered: int) -> Match[int]:
    return match(typed, PEOPLE, remembered)


def where(typed: str, **remembered: int) -> Match[int]:
    return paste_matching.match_site(typed, PLACES, remembered)


@pytest.mark.parametrize(
    "text",
    [
        "Nom\tChantier\tHeures\r\nMARTIN Jean-Pierre\tHugo lot 3\t151,67",
        "Nom;Chantier;Heures\nMARTIN Jean-Pierre;Hugo lot 3;151.67 h",
        '"MARTIN Jean-Pierre";"Hugo lot 3";"151,67"',
        "MARTIN Jean-Pierre   Hugo lot 3     151,67",
        "Heures\tNom\tPrénom\tChantier\n151,67\tMARTIN\tJean-Pierre\tHugo lot 3",
        "MARTIN\tJean-Pierre\tHugo lot 3\t151,67\t\t",
    ],
)
def test_columns_are_read_whatever_separates_them(text: str) -> None:
    [line] = read(text)
    assert (line.name, line.site, line.problem) == ("MARTIN Jean-Pierre", "Hugo lot 3", "")
    assert hours_text(line.hours) == "151,67"


def test_a_site_may_be_left_out_and_nothing_is_said_by_neant() -> None:
    lines = read("Martin\t12\n\nLefèvre\tnéant\nDupont\t1 234,5")
    assert [(each.number, each.name, each.site, hours_text(each.hours)) for each in lines] == [
        (1, "Martin", "", "12,00"),
        (3, "Lefèvre", "", "0"),
        (4, "Dupont", "", "1234,50"),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Martin Hugo 63", "Une seule colonne"),
        ("a;b;c;d;e", "5\u00a0colonnes"),
        ("Martin\tHugo\t1,2,3", "ne se lit pas comme un nombre"),
        ("Martin\tHugo\t-3", "est négatif"),
        ("Martin\tHugo\t151:40", "ne se lit pas comme un nombre"),
        ("Martin\tHugo\t", "Les heures manquent"),
        ("\tHugo\t3", "Le nom manque"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(text: str, sentence: str) -> None:
    [line] = read(text)
    assert sentence in line.problem


def test_names_are_known_in_any_order_and_spelling() -> None:
    for typed in ("jean pierre martin", "MARTIN Jean-Pierre", "Martin, Jean Pierre", "Da Silva Ana"):
        assert who(typed).sure is Sure.certain, typed
    for typed, person in (("MARTIN J.-P.", 1), ("Lefevre", 2), ("E. Lefèvre", 2), ("Elodie Lefebvre", 2), ("Silva Anna", 5)):  # fmt: skip
        found = who(typed)
        assert (found.sure, found.chosen) == (Sure.likely, person), (typed, found)


def test_nobody_is_chosen_between_two_as_near() -> None:
    found = who("M. Dupon")
    assert (found.sure, found.chosen) == (Sure.doubtful, None)
    assert set(found.near) == {3, 4}
    assert who("Marie Dupont").chosen == 3  # the name itself
    homonyms = match("Marie Dupont", {1: "Marie DUPONT", 2: "Marie DUPONT"}, {})
    assert (homonyms.sure, homonyms.chosen, set(homonyms.near)) == (Sure.doubtful, None, {1, 2})
    assert who("Zinédine Inconnu") == Match(Sure.doubtful, None, ())


def test_what_was_chosen_is_remembered_unless_somebody_else_answers_to_it() -> None:
    assert (who("la cheffe", **{"la cheffe": 3}).sure, who("la cheffe", **{"la cheffe": 3}).chosen) == (
        Sure.certain,
        3,
    )
    assert who("la cheffe", **{"la cheffe": 99}).chosen is None  # gone
    found = match("Dupont", {1: "Marie DUPONT", 2: "Ali DUPONT"}, {"dupont": 1})
    assert (found.sure, found.chosen) == (Sure.likely, 1)


def test_sites_are_known_by_their_words_and_figures_are_never_guessed() -> None:
    for typed, site in (("Hugo lot 3", 10), ("hugo peinture", 10), ("piscine", 12), ("Fable", 12), ("Sols", 11), ("lot n° 4", 11), ("Pisine Tilleuls", 12)):  # fmt: skip
        assert (where(typed).sure, where(typed).chosen) == (Sure.likely, site), typed
    assert where(PLACES[10].label).sure is Sure.certain
    assert set(where("lot 3").near) == {10, 12}
    assert where("lot 3").chosen is None
    assert where("lot 5").near == ()
    assert where("Hugo").chosen is None
    assert where("chez nous", **{"chez nous": 11}).chosen == 11


def month(**more: object) -> Month[str]:
    slots = [
        Slot("martin-hugo", 1, 10),
        Slot("lefevre-hugo", 2, 10),
        Slot("lefevre-piscine", 2, 12),
        Slot("dupont-a", 3, 11),
        Slot("dupont-b", 3, 11),
        Slot("dupond", 4, 11, "Ces heures sont déjà validées."),
    ]
    return Month(PEOPLE, PLACES, slots, {}, {}, **more)


def test_each_line_goes_to_its_cell_or_says_what_to_choose() -> None:
    placed = month().place(
        read(
            "Martin Jean-Pierre\tlot 3\t63\n"  # Hugo: the only lot 3 where he works
            "Lefèvre Élodie\tlot 3\t12\n"  # two lots 3
            "Lefèvre Élodie\t\t12\n"
            "Lefèvre Élodie\tPiscine\t12\n"
            "Dupont Marie\tSols\t12\n"
            "Dupond Marion\tSols\t12\n"
            "Martin Jean-Pierre\tPiscine\t12\n"
            "Martin Jean-Pierre\t\t12\n"
        )
    )
    assert [each.slot for each in placed] == [
        "martin-hugo", None, None, "lefevre-piscine", None, None, None, None,
    ]  # fmt: skip
    whys = [each.problem for each in placed]
    for number, sentence in ((1, "Plusieurs chantiers répondent"), (2, "plusieurs chantiers ce mois-ci"), (4, "Plusieurs périodes"), (5, "déjà validées"), (6, "ne travaille pas sur"), (7, "La ligne\u00a01 donne déjà")):  # fmt: skip
        assert sentence in whys[number], whys[number]
    assert placed[1].near[:2] == ("lefevre-hugo", "lefevre-piscine")
    assert placed[3].sure is Sure.likely


def test_as_many_lines_as_periods_are_proposed_in_order() -> None:
    placed = month().place(read("Dupont Marie\tSols\t12\nDupont Marie\tSols\t20"))
    assert [(each.slot, each.sure) for each in placed] == [
        ("dupont-a", Sure.likely),
        ("dupont-b", Sure.likely),
    ]


WORDS = st.text(
    alphabet=st.sampled_from("abcdefghijklmnopqrstuvwxyzÉéèçœ' -."), min_size=1, max_size=12
).filter(lambda text: bool(normalised(text)))
NAMES = st.builds(lambda first, last: f"{first.strip(' .-')} {last.strip(' .-').upper()}", WORDS, WORDS)
HOURS = st.integers(0, 74_400).map(lambda cents: Decimal(cents) / 100)


@given(st.text())
def test_whatever_is_pasted_is_read_without_loss(text: str) -> None:
    lines = read(text)
    written = [line for line in text.splitlines() if line.strip()]
    assert len(written) - len(lines) in (0, 1)  # the heading
    for line in lines:
        pasted = "".join(text.splitlines()[line.number - 1].split()).replace('""', '"')
        for word in re.split(r"\s+", f"{line.name} {line.site} {line.hours}"):
            assert word in pasted or word.strip('"') in pasted
        if not line.problem:
            hours_text(line.hours)


@given(
    st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=30), max_size=12),
    st.dictionaries(st.integers(1, 9), NAMES, max_size=6),
)
def test_nothing_is_invented(cells: list[str], people: dict[int, str]) -> None:
    places = {10: PLACES[10], 12: PLACES[12]}
    slots = [Slot((person, site), person, site) for person in people for site in places]
    placed = Month(people, places, slots, {}, {}).place(
        read("\n".join("\t".join(cells[i : i + 3]) for i in range(0, len(cells), 3)))
    )
    keys = {slot.key for slot in slots}
    chosen = [each.slot for each in placed if each.slot is not None and not each.line.problem]
    assert set(chosen) <= keys
    assert len(chosen) == len(set(chosen))  # one line a cell
    for each in placed:
        assert set(each.near) <= keys
        assert each.slot is not None or each.problem


@given(st.data())
def test_a_table_that_was_rendered_comes_back_whole(data: st.DataObject) -> None:
    names = data.draw(
        st.lists(
            NAMES,
            min_size=1,
            max_size=6,
            unique_by=lambda name: "".join(sorted(normalised(name).replace(" ", ""))),
        )
    )
    people = dict(enumerate(names))
    slots = [Slot((person, site), person, site) for person in people for site in PLACES]
    hours = {slot.key: data.draw(HOURS) for slot in slots}
    separator = data.draw(st.sampled_from(["\t", ";", "   "]))
    rows = ["Nom;Chantier;Heures".replace(";", separator)] if data.draw(st.booleans()) else []
    for slot in slots:
        name = people[slot.person]
        rows.append(separator.join((name, PLACES[slot.site].label, french.number(hours[slot.key], 2))))
    placed = Month(people, PLACES, slots, {}, {}).place(read("\n".join(rows)))
    found = {
        each.slot: Decimal(hours_text(each.line.hours).replace(",", ".")) for each in placed if each.slot
    }
    assert found == hours
    assert {each.sure for each in placed} == {Sure.certain}


def test_two_hundred_lines_are_placed_in_a_moment() -> None:
    people = {n: f"Prénom{n % 17} FICTIF{n}" for n in range(200)}
    slots = [Slot(n, n, 10 + n % 3) for n in people]
    text = "\n".join(f"Fictif{n} Prénom{n % 17};{PLACES[10 + n % 3].label};{n},25" for n in people)
    placed = Month(people, PLACES, slots, {}, {}).place(read(text))
    assert [each.slot for each in placed] == list(range(200))


def test_a_line_is_what_was_pasted() -> None:
    assert read("Martin ;Hugo; 12 ") == [Line(1, "Martin", "Hugo", "12")]
