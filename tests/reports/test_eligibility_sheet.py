"""The fiche d’éligibilité as a PDF: what it says, and what its asker’s copy never says."""

import datetime
import subprocess
from dataclasses import replace
from pathlib import Path

from facilitator.fiche_facts import FicheFacts, ShownProof
from reports import eligibility_sheet

MADE_AT = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
FICHE = FicheFacts(
    number=123,
    territory="PLIE d’essai",
    legal_bearer=None,
    contact="clauses@demo.example",
    last_name="Fictif-Longuenom",
    first_name="Alix",
    birth_on=datetime.date(1990, 3, 12),
    asked_by="Chantier d’essai",
    decided_on=datetime.date(2026, 11, 20),
    decided_by="Camille Démo",
    effective_on=datetime.date(2026, 11, 16),
    last_on=datetime.date(2028, 11, 15),
    hire_months=6,
    hire_before=datetime.date(2027, 5, 16),
    made_on=datetime.date(2026, 11, 23),
    for_territory=True,
    proofs=(
        ShownProof(
            "Bénéficiaire du RSA ou ayant droit", True, "Attestation de RSA", None, None, "Classeur 4"
        ),
        ShownProof("Habitant d’un quartier prioritaire (QPV)", False, "Justificatif", None, None, None),
    ),
)


def words(made: bytes, folder: Path) -> str:
    """What a reader copies out of the file."""
    path = folder / "fiche.pdf"
    path.write_bytes(made)
    out = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(out.stdout.split())


def test_the_territory_s_copy_says_dates_conditions_and_criteria(tmp_path: Path) -> None:
    text = words(eligibility_sheet.build(FICHE, made_at=MADE_AT), tmp_path)

    for said in (
        "Fiche d’éligibilité n° 123",
        "Alix FICTIF-LONGUENOM",
        "public validé au titre de la clause sociale",
        "16 novembre 2026",
        "15 novembre 2028",
        "PLIE d’essai (Camille Démo)",
        "6 mois",
        "16 mai 2027",
        "Bénéficiaire du RSA",
        "déterminant",
        "Classeur 4",
    ):
        assert said in text, text


def test_the_asker_s_copy_holds_no_criterion(tmp_path: Path) -> None:
    copy = replace(FICHE, for_territory=False, proofs=(), decided_by=None)
    text = words(eligibility_sheet.build(copy, made_at=MADE_AT), tmp_path)

    assert "public validé" in text and "15 novembre 2028" in text
    assert "RSA" not in text and "Classeur" not in text and "Camille Démo" not in text


def test_the_same_fiche_gives_the_same_bytes() -> None:
    assert eligibility_sheet.build(FICHE, made_at=MADE_AT) == eligibility_sheet.build(FICHE, made_at=MADE_AT)


def test_its_name_sorts_by_number_and_reads() -> None:
    odd = replace(FICHE, last_name="L’Héritier/..", first_name="Zoé")
    assert eligibility_sheet.file_name(odd) == "Fiche d’éligibilité 123 – L’HÉRITIER Zoé.pdf"
