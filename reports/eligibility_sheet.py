"""The fiche d’éligibilité (PDF): who, from when, until when, and on what conditions the hours count."""

import re
import unicodedata
from datetime import datetime

from facilitator import french
from facilitator.fiche_facts import FicheFacts, ShownProof
from reports import pdf


def build(facts: FicheFacts, *, made_at: datetime) -> bytes:
    """Give the PDF; the copy that leaves the territory holds no criterion."""
    return pdf.build("eligibility_sheet", _data(facts), made_at=made_at)


def file_name(facts: FicheFacts) -> str:
    """A name that sorts and reads: Fiche éligibilité 123 – NOM Prénom.pdf."""
    who = unicodedata.normalize("NFC", f"{facts.last_name.upper()} {facts.first_name}")
    plain = re.sub(r"[^\w ’-]", "", who)[:80]
    return f"Fiche d’éligibilité {facts.number} – {plain}.pdf"


def _data(facts: FicheFacts) -> dict[str, object]:
    return {
        "title": f"Fiche d’éligibilité n°{french.NBSP}{facts.number}",
        "sender": " – ".join(each for each in (facts.territory, facts.legal_bearer) if each),
        "territory": facts.territory,
        "contact": facts.contact,
        "foot": f"{facts.territory}, fiche n°{french.NBSP}{facts.number}, éditée le {french.date(facts.made_on)}",
        "person": facts.person,
        "born": french.date(facts.birth_on) if facts.birth_on else "non précisée",
        "asked_by": facts.asked_by,
        "decided_on": facts.decided_on,
        "decided_by": facts.decided_by,
        "effective_on": facts.effective_on,
        "last_on": facts.last_on,
        "hire_months": french.plural(facts.hire_months, "mois", "mois"),
        "hire_before": facts.hire_before,
        "for_territory": facts.for_territory,
        "proofs": [_row(each) for each in facts.proofs],
    }


def _row(proof: ShownProof) -> list[str]:
    return [
        f"{proof.criterion}{' (déterminant)' if proof.determining else ''}",
        proof.proof,
        french.short_date(proof.seen_on),
        french.short_date(proof.valid_until),
        proof.filed_at or french.NOTHING,
    ]
