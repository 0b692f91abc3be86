"""PDF files by typst: one template a document, its data as JSON, out a tagged PDF (PDF/UA-1) in French.

Templates stand in `reports/typst/`; `frame.typ` gives them page, headings, tables and letter head.
Only the fonts that come with typst are used: the same data give the same bytes on every machine.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import typst

from facilitator import french

TEMPLATES = Path(__file__).parent / "typst"


def build(template: str, facts: Mapping[str, object], *, made_at: datetime) -> bytes:
    """Give the PDF of `reports/typst/<template>.typ`.

    `facts` reach the template as `data` (JSON): dates become «12 mars 2026», other values stay typed; hours
    and euros are given as the text that is read, so that a figure is written by `french` only. `made_at` is the
    date written into the file. A template that typst refuses (no title, no alternative text) raises TypstError.
    """
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=[],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(facts, default=_text, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=int(made_at.timestamp()),
    )


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return french.date(value)
    if isinstance(value, Decimal):
        raise TypeError("hours and euros are given to a PDF as French text")
    raise TypeError(f"no JSON for {type(value).__name__}")
