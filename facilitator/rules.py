"""The rules that a territory sets: their defaults, their dates of effect, their French words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from facilitator.refusals import Refused
from facilitator.vocabulary import ContractType


class RuleRefused(Refused):
    """A parameter that does not exist, or a value that it cannot take."""


class WindowBasis(StrEnum):
    """The day from which the window of eligibility runs."""

    validity = "validity"
    first_day = "first_day"

    @property
    def label(self) -> str:
        """The French name shown in the list of choices."""
        return {
            "validity": "la date d’effet de la fiche",
            "first_day": "le premier jour travaillé",
        }[self.value]


_BASES: Mapping[str, WindowBasis] = MappingProxyType(
    {"date d’effet": WindowBasis.validity, "premier jour": WindowBasis.first_day}
)
# None = the whole contract; a territory that says otherwise for a type is followed, for that type only.
_MONTHS_BY_TYPE: Mapping[ContractType, int | None] = MappingProxyType(
    {ContractType.apprentissage: None, ContractType.professionnalisation: None}
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Every parameter of a territory on one day; percents are out of 100, hours and euros are Decimals."""

    window_months: int = 24
    window_basis: WindowBasis = WindowBasis.validity
    window_months_by_type: Mapping[ContractType, int | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    hire_within_months: int = 6
    backdating_days: int = 15
    path_gap_months: int = 3
    pace_ahead: Decimal = Decimal("1.10")
    pace_on_time: Decimal = Decimal("0.90")
    pace_late: Decimal = Decimal("0.60")
    month_warning: Decimal = Decimal(191)
    month_ceiling: Decimal = Decimal(250)
    contract_ratio: Decimal = Decimal("1.2")
    training_percent: Decimal = Decimal(100)
    etp_hours: Decimal = Decimal(1600)
    day_hours: Decimal = Decimal(7)
    small_cell: int = 5
    window_alert_days: int = 60
    successive_missions_once: bool = True
    labour_share: Decimal = Decimal(50)
    insertion_rate: Decimal = Decimal(5)
    hourly_cost: Decimal = Decimal(30)
    reminder_days: tuple[int, ...] = (5,)
    plie_positive: Decimal = Decimal(50)
    plie_lasting: Decimal = Decimal(42)
    plie_training: Decimal = Decimal(8)
    answer_days: int = 7
    fte_hours: Decimal = Decimal(1607)
    facilitators_fte: Decimal = Decimal(0)
    follow_up_reminders: tuple[int, ...] = (15, 30)
    retention_months: int = 24

    def months_for(self, contract_type: ContractType) -> int | None:
        """Length in months of the window for a type of contract; None = the whole contract."""
        usual = _MONTHS_BY_TYPE.get(contract_type, self.window_months)
        return self.window_months_by_type.get(contract_type, usual)


@dataclass(frozen=True, slots=True)
class DatedRules:
    """Dated values of the parameters: (effective_on, name, value), in any order."""

    entries: Sequence[tuple[date, str, object]] = ()
    # Rules by number of entries in effect: pages ask for them once for each line that they show.
    _known: dict[int, Rules] = field(default_factory=dict, init=False, repr=False, compare=False)

    def on(self, day: date) -> Rules:
        """Give the rules in force on a day: for each name, the last value effective by then."""
        effective = [entry for entry in self.entries if entry[0] <= day]
        if len(effective) not in self._known:
            values = {name: value for _, name, value in sorted(effective, key=lambda entry: entry[0])}
            self._known[len(effective)] = replace(Rules(), **values)  # type: ignore[arg-type]
        return self._known[len(effective)]


def _whole(low: int, high: int) -> Callable[[str], object]:
    def read(text: str) -> object:
        if not (text.isascii() and text.isdigit()) or not low <= int(text[:9]) <= high:
            raise RuleRefused(f"attend un nombre entier de {low} à {high}")
        return int(text[:9])

    return read


def _decimal(low: str, high: str) -> Callable[[str], object]:
    def read(text: str) -> object:
        try:
            value = Decimal(text.replace("\u202f", "").replace("\xa0", "").replace(",", "."))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or not Decimal(low) <= value <= Decimal(high):
            shown = f"{low} à {high}".replace(".", ",")
            raise RuleRefused(f"attend un nombre de {shown}")
        return value

    return read


def _yes_no(text: str) -> object:
    answers = {"oui": True, "non": False, "1": True, "0": False}
    if text.lower() not in answers:
        raise RuleRefused("attend «\xa0oui\xa0» ou «\xa0non\xa0»")
    return answers[text.lower()]


def _basis(text: str) -> object:
    try:
        return _BASES.get(text.lower().replace("'", "’")) or WindowBasis(text)
    except ValueError:
        raise RuleRefused("attend «\xa0date d’effet\xa0» ou «\xa0premier jour\xa0»") from None


def _months_by_type(text: str) -> object:
    """Read «cdi=36; apprentissage=contrat»: months from 1 to 60, or the whole contract."""
    months: dict[ContractType, int | None] = {}
    for piece in filter(None, (part.strip() for part in text.split(";"))):
        code, _, length = (part.strip() for part in piece.partition("="))
        if code not in {each.value for each in ContractType}:
            raise RuleRefused(f"ne connaît pas le type de contrat «\xa0{code}\xa0»")
        if length == "contrat":
            months[ContractType(code)] = None
        elif length.isascii() and length.isdigit() and 1 <= int(length[:9]) <= 60:
            months[ContractType(code)] = int(length)
        else:
            raise RuleRefused(
                f"attend pour «\xa0{code}\xa0» un nombre de mois de 1 à 60, ou «\xa0contrat\xa0»"
            )
    return MappingProxyType(months)


def _days_of_month(text: str) -> object:
    """Read «5; 15»: days of the month that every month has, in order."""
    pieces = [part.strip() for part in text.split(";") if part.strip()]
    if not 1 <= len(pieces) <= 4 or not all(
        each.isascii() and each.isdigit() and 1 <= int(each[:9]) <= 28 for each in pieces
    ):
        raise RuleRefused(
            "attend un à quatre jours du mois, de 1 à 28, par exemple «\xa05\xa0» ou «\xa05; 15\xa0»"
        )
    return tuple(sorted({int(each) for each in pieces}))


def _days_after(text: str) -> object:
    """Read «15; 30»: how many days after the first letter, in order."""
    pieces = [part.strip() for part in text.split(";") if part.strip()]
    if not 1 <= len(pieces) <= 4 or not all(
        each.isascii() and each.isdigit() and 1 <= int(each[:9]) <= 180 for each in pieces
    ):
        raise RuleRefused("attend un à quatre nombres de jours, de 1 à 180, par exemple «\xa015; 30\xa0»")
    return tuple(sorted({int(each) for each in pieces}))


@dataclass(frozen=True, slots=True)
class Parameter:
    """What the administrator reads of one parameter, and how its value is read from text."""

    name: str
    label: str
    explanation: str
    unit: str
    read: Callable[[str], object]


_LIST = (
    Parameter("window_months", "Durée d’éligibilité", "Les heures comptent pendant cette durée moins un jour.", "mois", _whole(1, 60)),
    Parameter("window_basis", "Départ de la durée d’éligibilité", "«\xa0date d’effet\xa0»\xa0: celle de la fiche d’éligibilité\xa0; «\xa0premier jour\xa0»\xa0: le premier jour travaillé.", "", _basis),
    Parameter("window_months_by_type", "Durées par type de contrat", "Par exemple «\xa0cdi=36; apprentissage=contrat\xa0»\xa0; «\xa0contrat\xa0» vaut pour toute la durée du contrat, comme il est d’usage pour l’apprentissage et la professionnalisation.", "", _months_by_type),
    Parameter("hire_within_months", "Délai d’embauche après validation", "Passé ce délai sans embauche, la fiche est signalée.", "mois", _whole(1, 36)),
    Parameter("backdating_days", "Rétroactivité d’une éligibilité", "Nombre de jours dont la date d’effet peut précéder la décision, avec un motif.", "jours", _whole(0, 366)),
    Parameter("path_gap_months", "Interruption d’un parcours", "En deçà de cette durée entre deux mises à l’emploi, le parcours continue.", "mois", _whole(1, 24)),
    Parameter("pace_ahead", "Rythme\xa0: en avance à partir de", "Heures retenues divisées par heures attendues.", "", _decimal("0", "10")),
    Parameter("pace_on_time", "Rythme\xa0: dans le rythme à partir de", "Heures retenues divisées par heures attendues.", "", _decimal("0", "10")),
    Parameter("pace_late", "Rythme\xa0: en retard à partir de", "En dessous, le lot est critique.", "", _decimal("0", "10")),
    Parameter("month_warning", "Alerte sur les heures d’un mois", "Au-delà, pour une personne tous contrats réunis, un avertissement est affiché.", "h", _decimal("1", "744")),
    Parameter("month_ceiling", "Plafond des heures d’un mois", "Au-delà, pour une personne tous contrats réunis, le relevé est refusé.", "h", _decimal("1", "744")),
    Parameter("contract_ratio", "Alerte sur les heures du contrat", "Rapport entre les heures déclarées et celles du contrat au-delà duquel un avertissement est affiché.", "", _decimal("1", "10")),
    Parameter("training_percent", "Plafond de la formation", "Part des heures d’un relevé que la formation peut représenter.", "%", _decimal("0", "100")),
    Parameter("etp_hours", "Heures d’un équivalent temps plein", "Nombre d’heures d’un ETP annuel.", "h", _decimal("1", "3000")),
    Parameter("day_hours", "Heures d’une journée", "Sert à afficher des jours à côté des heures.", "h", _decimal("1", "24")),
    Parameter("small_cell", "Seuil de secret", "Les effectifs inférieurs à ce nombre sont masqués.", "personnes", _whole(1, 100)),
    Parameter("window_alert_days", "Alerte de fin d’éligibilité", "Nombre de jours avant le dernier jour compté.", "jours", _whole(0, 366)),
    Parameter("successive_missions_once", "Missions successives comptées une fois", "Les missions d’une même personne chez une même entreprise comptent pour un contrat («\xa0oui\xa0» ou «\xa0non\xa0»).", "", _yes_no),
    Parameter("labour_share", "Part de main-d’œuvre proposée", "Proposée au calibrage\xa0; chaque marché peut avoir la sienne.", "%", _decimal("0", "100")),
    Parameter("insertion_rate", "Taux d’insertion proposé", "Proposé au calibrage.", "%", _decimal("0", "100")),
    Parameter("hourly_cost", "Coût horaire proposé", "Proposé au calibrage, en euros hors taxes.", "€", _decimal("0.01", "1000")),
    Parameter("reminder_days", "Jours de relance", "Jours du mois où part la lettre qui réunit tout ce qui manque, une par personne\xa0: «\xa05\xa0», ou «\xa05; 15\xa0» pour deux lettres.", "du mois", _days_of_month),
    Parameter("plie_positive", "Objectif de sorties positives", "Part des sorties d’un PLIE, parmi les répondants\xa0; c’est la somme des deux objectifs qui suivent.", "%", _decimal("0", "100")),
    Parameter("plie_lasting", "Objectif d’emploi durable", "Sorties en emploi depuis au moins six mois, à mi-temps au moins ou à temps partiel choisi.", "%", _decimal("0", "100")),
    Parameter("plie_training", "Objectif de formation validée", "Sorties en formation qualifiante validée.", "%", _decimal("0", "100")),
    Parameter("answer_days", "Délai visé pour répondre à une demande", "Le rapport d’activité dit la part des demandes de validation traitées dans ce délai.", "jours", _whole(1, 90)),
    Parameter("fte_hours", "Heures annuelles d’un facilitateur à temps plein", "Sert à rapporter le temps noté à des équivalents temps plein\xa0; 1\u202f607\xa0h est la durée légale annuelle.", "h", _decimal("1", "3000")),
    Parameter("facilitators_fte", "Équivalents temps plein de l’équipe", "Ceux que le rapport d’activité déclare pour les facilitateurs du territoire\xa0; 0 tant que vous ne les déclarez pas.", "ETP", _decimal("0", "1000")),
    Parameter("follow_up_reminders", "Relances d’une question de suivi", "Nombre de jours après la première lettre, tant que personne n’a répondu\xa0: «\xa015; 30\xa0».", "jours après la lettre", _days_after),
    Parameter("retention_months", "Conservation des identités", "Nombre de mois après le dernier événement d’une personne (contrat, mise à l’emploi, heures, suivi) au-delà duquel elle est anonymisée\xa0; les totaux ne changent pas.", "mois", _whole(12, 240)),
)  # fmt: skip
PARAMETERS: Mapping[str, Parameter] = MappingProxyType({each.name: each for each in _LIST})


def parse(name: str, text: str) -> object:
    """Read the text of a parameter into its value, or refuse with a French sentence that names it."""
    if name not in PARAMETERS:
        raise RuleRefused(f"Le paramètre «\xa0{name}\xa0» n’existe pas.")
    try:
        return PARAMETERS[name].read(text.strip())
    except RuleRefused as refused:
        raise RuleRefused(f"«\xa0{PARAMETERS[name].label}\xa0» {refused}.") from None


def dump(name: str, value: object) -> str:
    """Write the value of a parameter as the text that `parse` reads back."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, WindowBasis):
        return next(word for word, basis in _BASES.items() if basis is value)
    if isinstance(value, Mapping):
        pieces = (f"{code}={'contrat' if n is None else n}" for code, n in value.items())
        return "; ".join(pieces)
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return str(value)
