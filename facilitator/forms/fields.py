"""Own fields: they read what a French user types, and say what to do about what they cannot read."""

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from email_validator import EmailNotValidError, validate_email
from stdnum.fr import siret
from wtforms import EmailField, Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError
from wtforms.widgets import DateInput, MonthInput, TextInput

from facilitator import french
from facilitator.labels import Labelled
from facilitator.nir import holds_nir
from facilitator.refusals import Refused

YEARS = range(1900, 2101)
MISSING = "Renseignez ce champ."
# Line feed and tab are text; every other control character breaks a workbook or a letter.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Filled(InputRequired):
    """Something else than spaces was typed."""

    def __call__(self, form: Any, field: Field) -> None:
        raw = field.raw_data
        if raw and isinstance(raw[0], str) and not raw[0].strip():
            raise StopValidation(MISSING)
        super().__call__(form, field)


def required() -> Filled:
    """The field must be filled."""
    return Filled(MISSING)


def clean(text: str | None) -> str:
    """Typed text, without the spaces around it."""
    return (text or "").strip().replace("\r\n", "\n")


class _Typed(Field):
    """A text input whose words are read into a value; what was typed is kept when it cannot be."""

    widget: Any = TextInput()
    typed: str | None = None

    def __init__(self, label: str = "", validators: Sequence[Any] = (), **others: Any) -> None:
        wants = [each for each in validators if isinstance(each, (InputRequired, Optional))]
        super().__init__(label, [*validators] if wants else [Optional(), *validators], **others)

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else self.show(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.typed = str(valuelist[0])
        self.data = None
        text = clean(self.typed)
        if not text:
            return
        try:
            self.data = self.read(text)
        except Refused as refused:
            raise ValueError(refused.sentence) from None

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        return str(value)


class HoursField(_Typed):
    """Hours to 0,01 h, typed in French; never negative unless said."""

    def __init__(self, *args: Any, negative: bool = False, **others: Any) -> None:
        super().__init__(*args, **others)
        self.negative = negative
        self.render_kw = {"inputmode": "decimal", "autocomplete": "off", **(self.render_kw or {})}

    def read(self, text: str) -> Decimal:
        return french.parse_hours(text, self.negative)

    def show(self, value: Decimal) -> str:
        return french.number(value, 2).replace(french.THIN, "").replace("−", "-")


class EurosField(HoursField):
    """Euros to the cent, typed in French."""

    def read(self, text: str) -> Decimal:
        return french.parse_euros(text, self.negative)


class PercentField(HoursField):
    """A percent from 0 to 100."""

    def read(self, text: str) -> Decimal:
        value = french.parse_number(text.removesuffix("%"), "le pourcentage")
        if value > 100:
            raise french.FigureRefused("Un pourcentage va de 0 à 100\u00a0; vérifiez le nombre.")
        return value


class WholeField(_Typed):
    """A whole number between two bounds."""

    def __init__(self, *args: Any, low: int = 0, high: int = 1_000_000, **others: Any) -> None:
        super().__init__(*args, **others)
        self.low, self.high = low, high
        self.render_kw = {"inputmode": "numeric", "autocomplete": "off", **(self.render_kw or {})}

    def read(self, text: str) -> int:
        digits = re.sub(r"[ \u00a0\u202f]", "", text)
        if not (digits.isascii() and digits.isdigit()) or not self.low <= int(digits[:12]) <= self.high:
            raise french.FigureRefused(
                f"Écrivez un nombre entier de {french.number(self.low)} à {french.number(self.high)}."
            )
        return int(digits[:12])


class FrenchDateField(_Typed):
    """A day: the browser’s own picker, or typed as 12/03/2026."""

    widget = DateInput()

    def read(self, text: str) -> datetime.date:
        day = french.parse_date(text)
        if day.year not in YEARS:
            raise french.FigureRefused(f"L’année {day.year} est hors de 1900 à 2100\u00a0; vérifiez l’année.")
        return day

    def show(self, value: datetime.date) -> str:
        return value.isoformat()


class MonthField(_Typed):
    """A month, kept as its first day; typed as 2026-10 or 10/2026."""

    widget = MonthInput()

    def read(self, text: str) -> datetime.date:
        found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", text)
        year, month = found.groups() if found else ("", "")
        if not found and (found := re.fullmatch(r"([0-9]{1,2})/([0-9]{4})", text)):
            month, year = found.groups()
        if not found or int(month) not in range(1, 13) or int(year) not in YEARS:
            raise french.FigureRefused(
                f"«\u00a0{text[:20]}\u00a0» ne se lit pas comme un mois\u00a0; écrivez-le ainsi\u00a0: 10/2026."
            )
        return datetime.date(int(year), int(month), 1)

    def show(self, value: datetime.date) -> str:
        return french.month_input(value)


class SiretField(_Typed):
    """A SIRET: fourteen digits whose key is right (La Poste’s have their own)."""

    def __init__(self, *args: Any, **others: Any) -> None:
        super().__init__(*args, **others)
        self.render_kw = {"inputmode": "numeric", "autocomplete": "off", **(self.render_kw or {})}

    def read(self, text: str) -> str:
        digits = re.sub(r"[\s.\u00a0\u202f-]", "", text)
        if not re.fullmatch(r"[0-9]{14}", digits):
            raise french.FigureRefused(
                "Un SIRET compte quatorze chiffres\u00a0; recopiez-le depuis l’annuaire des entreprises."
            )
        if not siret.is_valid(digits):
            raise french.FigureRefused(
                f"La clé du SIRET {digits} n’est pas la bonne\u00a0; un chiffre a sans doute été mal recopié."
            )
        return digits


class CodeField(SelectField):
    """One code of a vocabulary, shown by its French label; `blank` adds an empty first line."""

    def __init__(
        self,
        label: str = "",
        codes: type[Labelled] | Iterable[tuple[str, str]] = (),
        blank: str | None = None,
        validators: Sequence[Any] = (),
        **others: Any,
    ) -> None:
        super().__init__(label, validators=[*validators], choices=[], coerce=_code, **others)
        self.blank = blank
        self.offer(codes.choices() if isinstance(codes, type) else codes)

    def offer(self, choices: Iterable[tuple[str, str]]) -> None:
        """Set the (code, label) pairs to choose from, after the empty line if there is one."""
        first = [] if self.blank is None else [SelectChoice("", self.blank)]
        self.choices = [*first, *(SelectChoice(code, label) for code, label in choices)]


def _code(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


class LineField(StringField):
    """One line of text: stripped, line breaks are spaces, without control characters, capped, never a NIR."""

    def __init__(
        self, label: str = "", longest: int = 200, validators: Sequence[Any] = (), **others: Any
    ) -> None:
        rules = [Optional()] if not any(isinstance(v, InputRequired) for v in validators) else []
        super().__init__(
            label, [*rules, *validators, plain_text(longest)], filters=[_stripped, _one_line], **others
        )
        self.render_kw = {"maxlength": longest, **(self.render_kw or {})}


class TextField(TextAreaField):
    """Several lines of text, under the same rules."""

    def __init__(
        self, label: str = "", longest: int = 2000, validators: Sequence[Any] = (), **others: Any
    ) -> None:
        rules = [Optional()] if not any(isinstance(v, InputRequired) for v in validators) else []
        super().__init__(label, [*rules, *validators, plain_text(longest)], filters=[_stripped], **others)
        self.render_kw = {"maxlength": longest, "rows": 3, **(self.render_kw or {})}


class AddressField(EmailField):
    """An e-mail address, in lower case."""

    def __init__(self, label: str = "", validators: Sequence[Any] = (), **others: Any) -> None:
        rules = [Optional()] if not any(isinstance(v, InputRequired) for v in validators) else []
        super().__init__(label, [*rules, *validators, _address], filters=[_stripped, _lower], **others)
        self.render_kw = {"maxlength": 254, **(self.render_kw or {})}


def _stripped(text: str | None) -> str | None:
    """Nothing typed is None, for the domain."""
    return clean(text) or None


def _one_line(text: str | None) -> str | None:
    """A text with invisible characters stays as typed, to be refused."""
    return text if not text or _CONTROL.search(text) else french.one_line(text) or None


def _lower(text: str | None) -> str | None:
    return text.lower() if text else text


def _address(form: Any, field: Field) -> None:
    try:
        validate_email(field.data or "", check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise ValidationError(
            "Écrivez une adresse électronique complète, par exemple prenom.nom@exemple.fr."
        ) from None


def visible(text: str | None) -> str | None:
    """A text in which invisible characters have become spaces, as spreadsheets leave some."""
    return _CONTROL.sub(" ", text) if text else text


def plain_text(longest: int) -> Callable[[Any, Field], None]:
    """Refuse a text that is too long, or holds invisible characters or a NIR."""

    def check(form: Any, field: Field) -> None:
        text = field.data or ""
        if len(text) > longest:
            raise ValidationError(
                f"Ce texte compte {french.number(len(text))}\u00a0caractères\u00a0; gardez-en au plus {french.number(longest)}."
            )
        if _CONTROL.search(text):
            raise ValidationError(
                "Ce texte contient des caractères invisibles\u00a0; retapez-le au lieu de le coller."
            )
        if holds_nir(text):
            raise ValidationError(
                "Ce texte contient un numéro de sécurité sociale, que cet outil ne garde jamais\u00a0; retirez-le."
            )

    return check
