"""What a territory did for a lot, as PDF: the lines of its field actions, those corrected too; a proof to hand over."""

import re
import unicodedata
from datetime import datetime

from facilitator import french
from facilitator.french import NBSP
from facilitator.paperwork import ActionLine, ActionList
from reports import pdf


def build(found: ActionList, *, made_at: datetime) -> bytes:
    """Give the PDF of the list."""
    return pdf.build("field_action_list", facts(found), made_at=made_at)


def file_name(found: ActionList) -> str:
    """A French name with its lot and date."""
    plain = re.sub(r"[^\w ’-]", "", unicodedata.normalize("NFC", found.lot))[:80].strip()
    return f"Actions pour le {plain} – {found.on.isoformat()}.pdf"


def facts(found: ActionList) -> dict[str, object]:
    """All that the PDF says, as the text that is read."""
    count, digest = found.seal
    return {
        "title": "Actions de terrain de la clause sociale",
        "sender": found.territory,
        "foot": f"{found.territory}, actions pour le {found.lot}, au {french.date(found.on)}",
        "identity": [["Donneur d’ordre", found.buyer], ["Marché", found.market], ["Lot", found.lot]],
        "figures": [
            ["Actions", french.number(len(found.standing))],
            ["Temps passé", french.duration(found.minutes)],
        ],
        "rows": [_row(each) for each in found.lines],
        "seal": f"Journal du lot scellé{NBSP}: {french.plural(count, 'écriture')}, empreinte {digest}."
        if count
        else "",
    }


def _row(line: ActionLine) -> list[str]:
    text = line.text or french.NOTHING
    if line.corrected:
        text = f"Ligne corrigée par une autre. {line.text or ''}".rstrip()
    elif line.corrects:
        text = f"Corrige une ligne. {text}"
    return [
        french.short_date(line.done_on),
        line.label,
        french.duration(line.minutes) if line.minutes else "n’a pas eu lieu",
        text,
        f"{line.author or french.NOTHING}, le {french.short_date(line.noted_on)}",
    ]
