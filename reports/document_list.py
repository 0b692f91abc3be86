"""The list of papers of some lots as a workbook: what was expected, came, was seen, is missing, how late."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from facilitator import french
from facilitator.document_lists import DocumentLine, DocumentList, Reader
from reports import sheet
from reports.columns import COUNT, DATE, EUROS, LONG, MONTH, TEXT, Columns

NOTHING = "Aucun document n’est attendu."
FOR_ALL: Columns[DocumentLine] = {
    "Lot": (LONG, lambda line: line.lot),
    "Entreprise": (LONG, lambda line: line.company),
    "Document": (LONG, lambda line: line.document),
    "Mois": (MONTH, lambda line: line.month),
    "Attendu le": (DATE, lambda line: line.expected_on),
    "Reçu le": (DATE, lambda line: line.received_on),
    "Jours de retard": (COUNT, lambda line: line.days),
    "Pénalité de retard": (EUROS, lambda line: line.penalty),
    "Vu le": (DATE, lambda line: line.seen_on),
    "État": (TEXT, lambda line: line.state),
    "À qui de jouer": (LONG, lambda line: line.turn.sentence),
}
FOR_COMPANIES: Columns[DocumentLine] = {
    "Précision": (LONG, lambda line: line.precision),
    "Personne": (TEXT, lambda line: line.person),
    "À reprendre parce que": (LONG, lambda line: line.reason),
}
FOR_FACILITATORS: Columns[DocumentLine] = {
    "Vu par": (TEXT, lambda line: line.seen_by),
    "Rangé": (LONG, lambda line: line.filed),
}


def columns_for(reader: Reader) -> Columns[DocumentLine]:
    """A buyer’s list names nobody."""
    if reader is Reader.buyer:
        return FOR_ALL
    return {**FOR_ALL, **FOR_COMPANIES, **(FOR_FACILITATORS if reader is Reader.facilitator else {})}


def build(found: DocumentList) -> bytes:
    """The workbook: a title, four figures, then one line a paper."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "Liste des pièces"
    columns = columns_for(found.reader)
    sheet.put(page, 1, 1, f"Liste des pièces – {found.title}").font = sheet.TITLE
    sheet.put(page, 2, 1, f"{found.about}. Situation au {french.date(found.on)}.").font = sheet.QUIET
    sheet.put(page, 3, 1, summary(found))
    last = sheet.table(page, 5, columns, found.lines, NOTHING)
    sheet.widths(page, [style for style, _ in columns.values()])
    sheet.filterable(page, 5, len(columns), last - 1)
    sheet.paper(page, f"Liste des pièces au {french.short_date(found.on)}")
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def summary(found: DocumentList) -> str:
    """The figures of the page, in one sentence."""
    said = [
        french.plural(found.expected, "pièce attendue", "pièces attendues"),
        french.plural(found.compliant, "conforme", "conformes"),
        f"{french.number(found.to_see)}{french.NBSP}à lire",
        french.plural(found.missing, "manquante", "manquantes")
        + f" dont {french.number(found.late)}{french.NBSP}en retard",
    ]
    again = (
        f" {french.plural(found.asked_again, 'ligne', 'lignes')} à reprendre." if found.asked_again else ""
    )
    return f"{', '.join(said)}.{again}"


def file_name(found: DocumentList) -> str:
    """A French name with its date."""
    return f"liste-des-pieces-{found.on.isoformat()}.xlsx"
