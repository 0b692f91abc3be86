"""Forms of the import of published markets: choose files, then what of them is kept."""

from typing import Any

from flask_wtf.file import FileSize, MultipleFileField
from wtforms import Field, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import required

LARGEST_FILE = 10 * 1024 * 1024
MOST_FILES = 20
TICKED, SOCIAL, ALL = "coches", "sociaux", "tous"


def _some_files(form: Any, field: Field) -> None:
    chosen = [each for each in field.data or [] if each and each.filename]
    if not chosen:
        raise ValidationError("Choisissez au moins un fichier.")
    if len(chosen) > MOST_FILES:
        raise ValidationError(f"Choisissez au plus {MOST_FILES} fichiers à la fois.")


class ChooseFilesForm(TradeForm):
    """One or several files of published markets."""

    files = MultipleFileField(
        "Fichiers DECP (JSON ou CSV)",
        description="Un ou plusieurs fichiers, 10\u00a0Mio au plus chacun. Rien n’est enregistré avant l’aperçu.",
        validators=[
            _some_files,
            FileSize(
                LARGEST_FILE,
                message="Un fichier dépasse 10\u00a0Mio\u00a0: découpez-le, ou passez par la commande import-decp.",
            ),
        ],
        render_kw={"accept": ".json,.csv,application/json,text/csv"},
    )


class ConfirmImportForm(TradeForm):
    """Which markets of the preview are kept; the boxes are read beside it."""

    which = RadioField(
        "Importer",
        choices=[
            SelectChoice(TICKED, "les marchés cochés ci-dessous"),
            SelectChoice(SOCIAL, "tous ceux qui portent une clause sociale"),
            SelectChoice(ALL, "tous les marchés du fichier"),
        ],
        default=TICKED,
        validators=[required()],
    )
