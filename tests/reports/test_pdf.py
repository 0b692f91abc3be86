"""PDF files: tagged, in French, the same bytes for the same data."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reports import pdf

MADE_AT = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
TEMPLATE = """
#import "frame.typ": *
#show: sheet.with(title: data.title, sender: "PLIE d’essai")
#facts((("Établi le", data.on),))
#ledger(("Mois", "Heures"), (("mars 2026", "12,00"),), numbers: (1,))
"""
UNTITLED = '#import "frame.typ": *\n#show: sheet.with(title: none)\n'


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the frame and templates of the test’s own."""
    (tmp_path / "frame.typ").write_text((pdf.TEMPLATES / "frame.typ").read_text())
    (tmp_path / "essai.typ").write_text(TEMPLATE)
    (tmp_path / "untitled.typ").write_text(UNTITLED)
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    return tmp_path


def test_a_document_is_tagged_pdf_ua_in_french(templates: Path) -> None:
    made = pdf.build("essai", {"title": "Essai", "on": datetime.date(2026, 3, 12)}, made_at=MADE_AT)

    assert made.startswith(b"%PDF-")
    assert b"pdfuaid:part>1<" in made
    assert b"<dc:language><rdf:Bag><rdf:li>fr-FR" in made


def test_the_same_data_give_the_same_bytes(templates: Path) -> None:
    first, again = (
        pdf.build("essai", {"title": "Essai", "on": datetime.date(2026, 3, 12)}, made_at=MADE_AT)
        for _ in range(2)
    )
    other = pdf.build("essai", {"title": "Essai", "on": datetime.date(2026, 3, 13)}, made_at=MADE_AT)

    assert first == again
    assert first != other


def test_a_document_without_a_title_is_refused(templates: Path) -> None:
    with pytest.raises(Exception, match="title"):
        pdf.build("untitled", {}, made_at=MADE_AT)


def test_hours_reach_a_document_as_the_text_that_is_read() -> None:
    with pytest.raises(TypeError, match="French text"):
        pdf.build("frame", {"hours": Decimal("12.50")}, made_at=MADE_AT)
