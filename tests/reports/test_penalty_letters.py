"""The letters of a penalty: whole, calm, with the figures of the page and the way to answer."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from facilitator.penalty_cases import Case, DocumentDelay, Figures, Observation, Party, Progress, explain
from facilitator.penalty_words import PenaltyDecision, PenaltyLetter, PenaltyReason, PenaltyState
from facilitator.vocabulary import GroupementForm, ToleranceKind
from reports import penalty_letters
from tests.pdf_text import plain, text_of_pdf

D, DAY = Decimal, datetime.date
FIGURES = Figures(
    owed=D("490.00"),
    retained=D("70.00"),
    tolerance_kind=ToleranceKind.none,
    tolerance_percent=D(0),
    forgiven=D("0.00"),
    missing=D("420.00"),
    rate=D("35.00"),
    hours_amount=D("14700.00"),
)
DECIDED = Progress(
    state=PenaltyState.decided,
    stated_on=DAY(2026, 10, 1),
    notice_on=DAY(2026, 10, 5),
    notice_days=15,
    observed_on=DAY(2026, 10, 12),
    decision=PenaltyDecision.reduce,
    decided_amount=D("7000.00"),
    decided_on=DAY(2026, 11, 2),
)
CASE = Case(
    id=1,
    lot_id=1,
    market_id=1,
    lot="Lot 3 – Peinture",
    market="Construction du groupe scolaire Fictif",
    market_number="M25-012",
    clause="Condition d’exécution (L2112-2)",
    clause_reference="CCAP, article 8.3",
    buyer=Party("Ville d’Exemple", "00000001200018", "00000 Exemple"),
    company=Party("Peinture de l’Exemple", "00000005600010", "00000 Exemple"),
    guarantor=None,
    territory=Party("PLIE du Val d’Exemple", email="clauses@demo.example", phone="01 99 00 00 01"),
    groupement_form=GroupementForm.solidaire,
    by_award=False,
    figures=FIGURES,
    figures_on=DAY(2026, 10, 1),
    ended_on=DAY(2026, 8, 31),
    documents=(),
    documents_amount=D("0.00"),
    amount=D("14700.00"),
    progress=DECIDED,
    observations=(Observation(DAY(2026, 10, 12), "Trois ETTI appelées.", False, True),),
    reason=PenaltyReason.vain_searches,
    note="Les appels sont prouvés.",
    settlement_number=None,
    withdrawal_reason=None,
)
# A letter says what is, never what one might do to somebody.
THREATS = ("sous peine", "poursuites", "sanction", "à défaut de quoi", "dernier avertissement")


def read(case: Case, kind: PenaltyLetter) -> str:
    return text_of_pdf(penalty_letters.build(case, kind))


@pytest.mark.parametrize("kind", list(PenaltyLetter))
def test_each_letter_names_both_parties_the_working_the_law_and_never_threatens(kind: PenaltyLetter) -> None:
    made = penalty_letters.build(CASE, kind)
    text = text_of_pdf(made)
    assert b"pdfuaid:part>1<" in made
    for said in (
        "Peinture de l’Exemple",
        "Ville d’Exemple",
        "Construction du groupe scolaire Fictif",
        "M25-012",
        "Lot 3 – Peinture",
        "CCAP, article 8.3",
        "L2112-2",
        "clause d’insertion sociale",
        "14 700,00 €",
        "Madame, Monsieur",
    ):
        assert said in text, said
    for _, value, how in explain(FIGURES):
        assert plain(value) in text and plain(how) in text
    assert not [each for each in THREATS if each in text.lower()]


def test_the_constat_comes_from_the_territory_and_decides_nothing() -> None:
    text = read(CASE, PenaltyLetter.statement)
    assert text.startswith("PLIE du Val d’Exemple")
    assert "Il ne décide rien" in text and "clauses@demo.example" in text
    assert "Copie : Ville d’Exemple" in text


def test_the_mise_en_demeure_says_until_when_and_how_to_answer() -> None:
    text = read(CASE, PenaltyLetter.notice)
    assert text.startswith("Ville d’Exemple")
    assert "sous 15 jours, soit au plus tard le 20 octobre 2026" in text
    assert "Écrivez" not in text and "« Écrire vos observations »" in text
    assert "Aucune décision n’est prise à ce jour" in text


@pytest.mark.parametrize(
    ("progress", "reason", "sentences"),
    [
        (
            DECIDED,
            PenaltyReason.vain_searches,
            (
                "réduite à 7 000,00 €",
                "au lieu de 14 700,00 €",
                "recherches sérieuses",
                "Les appels sont prouvés.",
            ),
        ),
        (
            replace(DECIDED, decision=PenaltyDecision.apply, decided_amount=D("14700.00")),
            None,
            ("Pénalité de 14 700,00 € appliquée", "sera portée au prochain décompte"),
        ),
        (
            replace(DECIDED, decision=PenaltyDecision.waive, decided_amount=D("0.00")),
            PenaltyReason.proved_since,
            (
                "Pénalité abandonnée",
                "heures justifiées depuis le constat",
                "Aucune somme ne vous est demandée",
            ),
        ),
    ],
)
def test_a_decision_says_what_why_and_what_follows(
    progress: Progress, reason: PenaltyReason | None, sentences: tuple[str, ...]
) -> None:
    text = read(replace(CASE, progress=progress, reason=reason), PenaltyLetter.decision)
    assert "J’ai lu vos observations, reçues le 12 octobre 2026." in text
    for each in sentences:
        assert each in text, each


def test_without_an_answer_the_decision_says_so() -> None:
    silent = replace(CASE, observations=(), progress=replace(DECIDED, observed_on=None))
    assert "Je n’ai pas reçu d’observations de votre part" in read(silent, PenaltyLetter.decision)


def test_late_documents_stand_in_a_table_of_their_own() -> None:
    late = DocumentDelay("État trimestriel", DAY(2026, 4, 15), DAY(2026, 4, 21), 6, D("450.00"))
    text = read(
        replace(CASE, documents=(late,), documents_amount=D("450.00"), amount=D("15150.00")),
        PenaltyLetter.notice,
    )
    for said in ("État trimestriel", "6 jours", "450,00 €", "14 700,00 €", "15 150,00 €"):
        assert said in text


def test_a_penalty_for_documents_only_does_not_speak_of_missing_hours() -> None:
    none = replace(FIGURES, owed=D("70.00"), missing=D("0.00"), hours_amount=D("0.00"))
    late = DocumentDelay("Bilan", DAY(2026, 4, 15), None, 6, D("450.00"))
    case = replace(CASE, figures=none, documents=(late,), documents_amount=D("450.00"), amount=D("450.00"))
    text = read(case, PenaltyLetter.notice)
    assert "des documents dus pour ce lot" in text and "non reçu" in text


def test_the_same_file_gives_the_same_bytes_and_a_dated_name() -> None:
    first, again = (penalty_letters.build(CASE, PenaltyLetter.notice) for _ in range(2))
    assert first == again
    name = penalty_letters.file_name(CASE, PenaltyLetter.notice)
    assert name == "Mise en demeure – Peinture de l’Exemple – Lot 3 – Peinture – 2026-10-05.pdf"


def test_a_letter_of_a_step_not_taken_is_not_made() -> None:
    early = replace(CASE, progress=Progress(PenaltyState.stated, DAY(2026, 10, 1)))
    with pytest.raises(ValueError, match="no letter"):
        penalty_letters.build(early, PenaltyLetter.decision)
    assert early.letters == (PenaltyLetter.statement,)
