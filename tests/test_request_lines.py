"""Pasted requests: whatever the text, each line is read or says why not, and none carries a NIR."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilitator.nir import holds_nir
from facilitator.publics import Criterion
from facilitator.request_lines import MOST_LINES, Asked, LineRefused, criterion, pass_number, read

WORD = st.text("aàbÉeœßLMÇ", min_size=1, max_size=20)
DAY = st.dates(datetime.date(1930, 1, 1), datetime.date(2010, 12, 31))
START = st.none() | st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31))
NUMBER = st.none() | st.from_regex(r"[0-9]{12}", fullmatch=True)
GROUNDS = st.lists(st.sampled_from(Criterion), unique=True, max_size=4)


@st.composite
def people(draw: st.DrawFn) -> Asked:
    number = draw(NUMBER)
    grounds = [each for each in draw(GROUNDS) if number is None or each is not Criterion.pass_iae]
    if number is not None:
        grounds.append(Criterion.pass_iae)
    return Asked(
        draw(WORD),
        draw(WORD),
        draw(DAY),
        wished_start_on=draw(START),
        criteria=tuple(grounds),
        pass_iae=number,
    )


def written(asked: Asked, cell: str, by_label: bool) -> str:
    """The line that somebody would paste for this person."""
    start = f"{asked.wished_start_on:%d/%m/%Y}" if asked.wished_start_on else ""
    words = [
        each.label if by_label else each.value.upper()
        for each in asked.criteria
        if each is not Criterion.pass_iae
    ]
    if asked.pass_iae:
        words.append(asked.pass_iae)
    elif Criterion.pass_iae in asked.criteria:
        words.insert(asked.criteria.index(Criterion.pass_iae), "PASS IAE")
    return cell.join([asked.last_name, asked.first_name, f"{asked.birth_on:%d/%m/%Y}", start, *words])


@given(st.lists(people(), max_size=6), st.sampled_from(["\t", ";", " ; "]), st.booleans())
def test_what_is_written_in_order_is_read_back_whole(people: list[Asked], cell: str, by_label: bool) -> None:
    text = "\r\n".join(["Nom;Prénom;Né le", *(written(each, cell, by_label) for each in people), ""])

    found = read(text)

    assert [(line.number, line.asked, line.problem) for line in found] == [
        (number, each, None) for number, each in enumerate(people, 2)
    ]


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_any_text_is_read_or_says_why_and_nothing_is_lost(text: str) -> None:
    try:
        found = read(text)
    except LineRefused:
        assert len(text.splitlines()) > MOST_LINES
        return
    for line in found:
        assert (line.asked is None) == (line.problem is not None)
        assert line.text and line.text in text
        assert line.asked is None or not holds_nir(line.text)


def test_forty_one_people_are_too_many_and_blank_lines_count_for_nothing() -> None:
    lines = [f"Fictif{number}; Alix; 01/01/1990" for number in range(MOST_LINES + 1)]

    assert len(read("\n\n;;\n".join(lines[:MOST_LINES]))) == MOST_LINES
    with pytest.raises(LineRefused, match="41"):
        read("\n".join(lines))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Fictif", "Il manque le prénom"),
        ("; Alix; 01/01/1990", "Il manque le nom"),
        ("Fictif; Alix", "Il manque la date de naissance"),
        ("Fictif; Alix; 31/02/1990", "n’existe pas au calendrier"),
        ("Fictif; Alix; 12/03/90", "ne se lit pas comme une date"),
        ("Fictif; Alix; 12/03/1990; demain", "Début souhaité"),
        ("Fictif; Alix; 12/03/1990; ; riche", "n’est pas un critère connu"),
        ("Fictif; Alix; 12/03/1990; ; 12345678901", "compte 12 chiffres"),
        ("Fictif; Alix; 12/03/1990; ; rsa; 269054958815780", "sécurité sociale"),
        ("Fictif; Al\x07ix; 12/03/1990", "invisibles"),
        (f"Fictif; Alix; 12/03/1990; {'x' * 300}", "300"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, said: str) -> None:
    (found,) = read(line)
    assert found.asked is None
    assert said in (found.problem or "").replace("\u00a0", " ")


def test_criteria_are_known_by_code_label_and_usual_word() -> None:
    assert criterion("rsa") is criterion(" RSA ") is Criterion.rsa
    assert criterion("Pass IAE") is criterion("pass") is Criterion.pass_iae
    assert criterion("demandeur d'emploi depuis plus de 12 mois") is Criterion.deld
    (line,) = read("Fictif; Alix; 12/03/1990; 01/12/2026; RSA, QPV; plie")
    assert line.asked is not None
    assert line.asked.criteria == (Criterion.rsa, Criterion.qpv, Criterion.plie)


@given(st.from_regex(r"99999[0-9]{7}", fullmatch=True))
def test_a_pass_iae_number_is_never_taken_for_a_nir(number: str) -> None:
    spaced = f"{number[:5]} {number[5:7]} {number[7:]}"
    assert pass_number(spaced) == number
    assert not holds_nir(f"PASS {spaced} attribué le 2 avril")


def test_a_number_of_twelve_digits_before_a_word_is_no_nir() -> None:
    assert not holds_nir("PASS 180125123456 avec prolongation")
