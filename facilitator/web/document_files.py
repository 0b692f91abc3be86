"""The list of papers as a file, the same for each audience."""

from io import BytesIO

from flask import Response, send_file

from facilitator.document_lists import DocumentList
from reports import document_list

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(found: DocumentList) -> Response:
    """The workbook of a list."""
    return send_file(
        BytesIO(document_list.build(found)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=document_list.file_name(found),
    )
