"""Own fields: what a user may type, and the sentence for what cannot be read."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import (
    AddressField,
    CodeField,
    EurosField,
    FrenchDateField,
    HoursField,
    LineField,
    MonthField,
    PercentField,
    SiretField,
    WholeField,
    holds_nir,
    required,
)
from facilitator.vocabulary import TerritoryKind


class Sheet(Form):
    class Meta(TradeForm.Meta):
        csrf = False

    hours = HoursField("Heures")
    owed = HoursField("Heures dues", validators=[required()])
    euros = EurosField("Montant")
    percent = PercentField("Part")
    whole = WholeField("Nombre", low=1, high=1000)
    day = FrenchDateField("Jour")
    month = MonthField("Mois")
    siret = SiretField("SIRET")
    kind = CodeField("Nature", TerritoryKind, blank="Non précisée")
    line = LineField("Note", longest=30)
    email = AddressField("Adresse")


def sent(name: str, typed: str) -> Any:
    form = Sheet(MultiDict({"owed": "1", name: typed}))
    form.validate()
    return form[name]


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("hours", "151,67", Decimal("151.67")),
        ("hours", "1 234,5 h", Decimal("1234.50")),
        ("hours", "1\u202f234.5", Decimal("1234.50")),
        ("hours", "0", Decimal(0)),
        ("hours", "", None),
        ("euros", "19 206,25 €", Decimal("19206.25")),
        ("percent", "44,5 %", Decimal("44.5")),
        ("whole", "1 000", 1000),
        ("day", "12/03/2026", datetime.date(2026, 3, 12)),
        ("day", "2026-03-12", datetime.date(2026, 3, 12)),
        ("month", "2026-10", datetime.date(2026, 10, 1)),
        ("month", "10/2026", datetime.date(2026, 10, 1)),
        ("siret", "356 000 000 00048", "35600000000048"),
        ("siret", "732 829 320 00074", "73282932000074"),
        ("kind", "plie", "plie"),
        ("kind", "", None),
        ("line", "  une note  ", "une note"),
        ("line", "   ", None),
        ("line", "Al\nain", "Al ain"),
        ("line", " Al \r\n ain\u2028de\tNantes\x85", "Al ain de Nantes"),
        ("line", "dix\u00a0h", "dix\u00a0h"),
        ("email", " Alix@Demo.Example ", "alix@demo.example"),
    ],
)
def test_what_is_typed_in_french_is_read(name: str, typed: str, value: object) -> None:
    field = sent(name, typed)
    assert not field.errors
    assert field.data == value


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("hours", "NaN", "ne se lit pas"),
        ("hours", "sNaN", "ne se lit pas"),
        ("hours", "Infinity", "ne se lit pas"),
        ("hours", "1e309", "ne se lit pas"),
        ("hours", "1,2,3", "une seule virgule"),
        ("hours", "-1", "négatif"),
        ("hours", "1,234", "deux décimales"),
        ("hours", "9" * 40, "dépasse"),
        ("hours", "\u0661\u0662", "ne se lit pas"),
        ("owed", "", "Renseignez ce champ."),
        ("owed", "   ", "Renseignez ce champ."),
        ("percent", "101", "de 0 à 100"),
        ("whole", "0", "de 1 à 1"),
        ("whole", "12abc", "nombre entier"),
        ("day", "2026-02-30", "n’existe pas au calendrier"),
        ("day", "31/11/2026", "n’existe pas au calendrier"),
        ("day", "1899-12-31", "hors de 1900"),
        ("day", "demain", "ne se lit pas comme une date"),
        ("month", "2026-13", "comme un mois"),
        ("month", "octobre", "comme un mois"),
        ("siret", "73282932000075", "clé"),
        ("siret", "732829320", "quatorze chiffres"),
        ("kind", "inconnu", "réponses proposées"),
        ("line", "a\x0bb", "invisibles"),
        ("line", "a" * 31, "au plus 30"),
        ("line", "vu le 2 69 05 49 588 157 80", "sécurité sociale"),
        ("email", "alix@", "adresse électronique complète"),
    ],
)
def test_what_cannot_be_read_says_what_to_do_and_is_kept(name: str, typed: str, said: str) -> None:
    field = sent(name, typed)
    assert said in " ".join(field.errors)
    if name not in ("kind", "line", "email"):
        assert field._value() == typed


@pytest.mark.parametrize(
    "text",
    [
        "269054958815780",
        "2 69 05 49 588 157 80",
        "NIR : 2690549588157",
        "1 85 12 2A 004 123",
        "(269054958815780)",
    ],
)
def test_a_nir_is_recognised(text: str) -> None:
    assert holds_nir(text)


@pytest.mark.parametrize(
    "text",
    [
        "SIRET 73282932000074",
        "732 829 320 00074",
        "35600000000048",
        "06 12 34 56 78",
        "+33 6 12 34 56 78",
        "IBAN FR76 3000 6000 0112 3456 7890 189",
        "2026-10-01 au 2026-12-31",
        "lot 12, 1 234,50 h, 45 000 €",
        "18512345678901",
    ],
)
def test_a_siret_a_phone_or_an_account_is_not_taken_for_a_nir(text: str) -> None:
    assert not holds_nir(text)
