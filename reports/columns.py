"""The columns of the compliance workbook: ordered mappings heading → (format, reader)."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from facilitator.bilan import (
    AGE_BANDS,
    MASKED,
    QPV,
    SEXES,
    UNDEFINED,
    Company,
    FollowUp,
    LateDocument,
    LotDetail,
    LotLine,
    MarketLine,
    PenaltyOfLot,
    PenaltyOutcome,
    PenaltyStated,
    public_groups,
)
from facilitator.french import NBSP
from facilitator.statement import Statement
from facilitator.vocabulary import Criterion, SurveyGroup, ToleranceKind

Value = str | int | Decimal | datetime.date | None
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Format:
    """How a column is written: number format, width in characters, side."""

    number_format: str
    width: int
    wrap: bool = False
    right: bool = False


TEXT = Format("@", 18)
SHORT = Format("@", 9)
LONG = Format("@", 44, wrap=True)
HOURS = Format("#,##0.00", 13, right=True)
RATE = Format("0.00%", 11, right=True)
EUROS = Format('#,##0.00\\ "€"', 16, right=True)
COUNT = Format("#,##0", 11, right=True)
DATE = Format("dd/mm/yyyy", 12, right=True)
MONTH = Format("mmm yyyy", 11, right=True)

Reader = Callable[[R], Value]
Columns = Mapping[str, tuple[Format, Reader[R]]]

ALL = "Ensemble"
STOPPED = "Si le lot s’arrêtait aujourd’hui"


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot, or all of them together (`lot` None), with what the workbook tells of it."""

    lot: LotLine | None
    statement: Statement
    detail: LotDetail
    sirets: str


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One milestone of a lot, or of all of them."""

    lot: LotLine | None
    follow_up: FollowUp


Penalty = PenaltyOfLot | LateDocument | PenaltyStated


def percent(value: Decimal | None) -> Decimal | None:
    """A rate as the number that a percent format shows: 44.57 out of 100 is 0.4457."""
    return None if value is None else value.scaleb(-2)


def masked(value: int | None) -> Value:
    """A count of people, or the word that stands for one that may not be read."""
    return MASKED if value is None else value


def yes(value: bool) -> str:
    return "oui" if value else "non"


def _of_statement(read: Callable[[Statement], Value]) -> Callable[[LotRow | MarketLine], Value]:
    return lambda row: read(row.statement)


def owed(found: Statement) -> Value:
    """Hours owed, or the words that stand where nobody has said them."""
    return found.owed if found.defined else UNDEFINED


def _when_defined(read: Callable[[Statement], Value]) -> Callable[[LotRow | MarketLine], Value]:
    return lambda row: read(row.statement) if row.statement.defined else None


def pace(found: Statement) -> Value:
    """The rythme with its sign, as on the pages."""
    return None if found.pace is None else f"{found.pace.symbol} {found.pace.label}"


FIGURES: dict[str, tuple[Format, Callable[[LotRow | MarketLine], Value]]] = {
    "Engagées": (HOURS, _of_statement(owed)),
    "Déclarées": (HOURS, _of_statement(lambda found: found.declared)),
    "Retenues": (HOURS, _of_statement(lambda found: found.retained)),
    "Écart": (HOURS, _when_defined(lambda found: found.gap)),
    "Taux": (RATE, _of_statement(lambda found: percent(found.rate_percent))),
    "Attendues": (HOURS, _of_statement(lambda found: found.expected)),
    "Reste": (HOURS, _when_defined(lambda found: found.left)),
    "Rythme": (TEXT, _of_statement(pace)),
    STOPPED: (EUROS, _of_statement(lambda found: found.penalty_if_stopped)),
}

MARKETS: Columns[MarketLine] = {
    "Marché": (TEXT, lambda row: row.market),
    "Objet": (LONG, lambda row: row.object),
    "Territoire": (TEXT, lambda row: row.territory),
    "Lots": (COUNT, lambda row: len(row.lots)),
    **FIGURES,
    "Où en est ce marché": (Format("@", 60, wrap=True), lambda row: row.sentence),
}


def _public(name: str) -> Callable[[LotRow], Value]:
    def read(row: LotRow) -> Value:
        counts = row.detail.publics.counts
        return masked(counts[name]) if name in counts else None

    return read


def _group(group: SurveyGroup) -> Callable[[LotRow], Value]:
    return lambda row: row.detail.contracts.by_group[group]


def _rate_at(months: int) -> Callable[[LotRow], Value]:
    return lambda row: follow_up_rate(row.detail.follow_ups[months], row.detail.follow_ups[months].chain.rate)


def _answered_at(months: int) -> Callable[[LotRow], Value]:
    return lambda row: became(row.detail.follow_ups[months], row.detail.follow_ups[months].chain.answered)


def _named(read: Callable[[LotLine], Value], whole: Value = None) -> Callable[[LotRow | FollowUpRow], Value]:
    return lambda row: whole if row.lot is None else read(row.lot)


IDENTITY: dict[str, tuple[Format, Callable[[LotRow | FollowUpRow], Value]]] = {
    "Marché": (TEXT, _named(lambda lot: lot.market, ALL)),
    "Lot": (SHORT, _named(lambda lot: lot.number)),
    "Intitulé du lot": (LONG, _named(lambda lot: lot.title)),
}
PUBLICS = (*SEXES, *AGE_BANDS, *QPV, *public_groups())
PUBLIC_HEADINGS = {name: f"Public{NBSP}: {name}" for name in public_groups()}

LOTS: Columns[LotRow] = {
    **IDENTITY,
    "Objet du marché": (LONG, _named(lambda lot: lot.object)),
    "Territoire": (TEXT, _named(lambda lot: lot.territory)),
    "CPV": (TEXT, _named(lambda lot: lot.cpv)),
    "Clause": (TEXT, _named(lambda lot: lot.clause)),
    "Titulaire": (Format("@", 30, wrap=True), _named(lambda lot: lot.holders or None)),
    "SIRET du titulaire": (TEXT, lambda row: row.sirets or None),
    "Engagées au départ": (HOURS, _when_defined(lambda found: found.owed_initial)),
    "Lignes ajoutées ou retirées": (HOURS, _when_defined(lambda found: found.owed_changes)),
    "Engagées": FIGURES["Engagées"],
    "Déclarées": FIGURES["Déclarées"],
    "Retenues": FIGURES["Retenues"],
    "Non retenues": (HOURS, _of_statement(lambda found: found.unretained)),
    "En attente": (HOURS, _of_statement(lambda found: found.awaiting)),
    "Refusées": (HOURS, _of_statement(lambda found: found.refused)),
    **{name: FIGURES[name] for name in ("Écart", "Taux", "Attendues", "Reste")},
    "Excédent": (HOURS, _when_defined(lambda found: found.surplus)),
    "Début": (DATE, _of_statement(lambda found: found.start)),
    "Fin": (DATE, _of_statement(lambda found: found.end)),
    "Rythme": FIGURES["Rythme"],
    "Projection à la fin": (HOURS, _of_statement(lambda found: found.projection)),
    "Objectif atteint en": (MONTH, _of_statement(lambda found: found.target_month)),
    "Si toutes les tranches étaient affermies": (HOURS, _of_statement(lambda found: found.potential)),
    STOPPED: FIGURES[STOPPED],
    "Pénalité due": (EUROS, _when_defined(lambda found: found.penalty_due)),
    "Personnes": (COUNT, lambda row: row.detail.publics.people),
    **{PUBLIC_HEADINGS.get(name, name): (COUNT, _public(name)) for name in PUBLICS},
    "Contrats": (COUNT, lambda row: row.detail.contracts.total),
    **{f"Contrats{NBSP}: {group.label}": (COUNT, _group(group)) for group in SurveyGroup},
    "Répondants à 6 mois": (COUNT, _answered_at(6)),
    "Taux à 6 mois": (RATE, _rate_at(6)),
    "Répondants à 12 mois": (COUNT, _answered_at(12)),
    "Taux à 12 mois": (RATE, _rate_at(12)),
}

COMPANIES: Columns[Company] = {
    "Marché": (TEXT, lambda row: row.lot.market),
    "Lot": (SHORT, lambda row: row.lot.number),
    "Intitulé du lot": (LONG, lambda row: row.lot.title),
    "Entreprise": (LONG, lambda row: row.name),
    "SIRET": (TEXT, lambda row: row.identifier),
    "Place": (TEXT, lambda row: row.role.label),
    "Sous-traitant de": (TEXT, lambda row: row.under),
    "Engagées": (HOURS, lambda row: row.figures.owed if row.figures else None),
    "Retenues": (HOURS, lambda row: row.figures.retained if row.figures else None),
    "Reste": (HOURS, lambda row: row.figures.left if row.figures else None),
    "Excédent": (HOURS, lambda row: row.figures.surplus if row.figures else None),
    "Part qui engage": (
        TEXT,
        lambda row: yes(row.lot.statement.penalty_binding_by_award) if row.figures else None,
    ),
    STOPPED: (EUROS, lambda row: row.figures.penalty_if_stopped if row.figures else None),
    "Précision": (
        LONG,
        lambda row: None if row.figures else f"Ses heures sont comptées avec {row.under}.",
    ),
}

CONTRACTS: Columns[LotRow] = {
    **IDENTITY,
    "Contrats": (COUNT, lambda row: row.detail.contracts.total),
    **{group.label: (COUNT, _group(group)) for group in SurveyGroup},
    "Missions d’intérim": (COUNT, lambda row: row.detail.contracts.missions),
    "Renouvellements": (COUNT, lambda row: row.detail.contracts.renewals),
    "CDD devenus CDI": (COUNT, lambda row: row.detail.contracts.transformations),
}


def became(row: FollowUp, count: int) -> Value:
    """A count of what people became."""
    return MASKED if row.masked else count


def follow_up_rate(row: FollowUp, rate: Decimal | None) -> Value:
    """A rate of what people became; empty without anybody."""
    return MASKED if row.masked and row.chain.reached else percent(rate)


FOLLOW_UPS: Columns[FollowUpRow] = {
    **IDENTITY,
    "Échéance": (TEXT, lambda row: f"{row.follow_up.months}\u00a0mois"),
    "Sortis": (COUNT, lambda row: row.follow_up.chain.left),
    "Personnes": (COUNT, lambda row: row.follow_up.chain.people),
    "Échéance atteinte": (COUNT, lambda row: row.follow_up.chain.reached),
    "Dans le champ": (COUNT, lambda row: became(row.follow_up, row.follow_up.chain.in_scope)),
    "Sollicités": (COUNT, lambda row: became(row.follow_up, row.follow_up.chain.asked)),
    "Répondants": (COUNT, lambda row: became(row.follow_up, row.follow_up.chain.answered)),
    "En emploi ou en formation": (
        COUNT,
        lambda row: became(row.follow_up, row.follow_up.chain.in_work),
    ),
    "Taux de réponse": (
        RATE,
        lambda row: follow_up_rate(row.follow_up, row.follow_up.chain.response_rate),
    ),
    "Taux": (RATE, lambda row: follow_up_rate(row.follow_up, row.follow_up.chain.rate)),
    "Taux plancher": (
        RATE,
        lambda row: follow_up_rate(row.follow_up, row.follow_up.chain.floor_rate),
    ),
}


def _tolerance(lot: LotLine) -> str:
    if lot.tolerance_kind is ToleranceKind.none:
        return lot.tolerance_kind.label
    return f"{lot.tolerance_kind.label}, {lot.tolerance_percent}\u00a0%"


def _hours_only(read: Callable[[PenaltyOfLot], Value]) -> Callable[[Penalty], Value]:
    return lambda row: read(row) if isinstance(row, PenaltyOfLot) else None


def _document_only(read: Callable[[LateDocument], Value]) -> Callable[[Penalty], Value]:
    return lambda row: read(row) if isinstance(row, LateDocument) else None


def _filed(read: Callable[[PenaltyOutcome], Value]) -> Callable[[Penalty], Value]:
    """A column of the file; empty for a penalty that nobody stated."""

    def value(row: Penalty) -> Value:
        file = None if isinstance(row, LateDocument) else row.file
        return None if file is None else read(file)

    return value


def _nature(row: Penalty) -> Value:
    if isinstance(row, LateDocument):
        return "Document en retard"
    return "Heures non faites" if isinstance(row, PenaltyOfLot) else "Constat antérieur"


def _company(row: Penalty) -> Value:
    if isinstance(row, PenaltyOfLot):
        return row.line.label
    return row.file.company if isinstance(row, PenaltyStated) else None


def _due(row: Penalty) -> Value:
    if isinstance(row, LateDocument):
        return row.amount
    if isinstance(row, PenaltyStated):
        return None
    return row.line.amount if row.lot.statement.ended else Decimal(0)


PENALTIES: Columns[Penalty] = {
    "Marché": (TEXT, lambda row: row.lot.market),
    "Lot": (SHORT, lambda row: row.lot.number),
    "Intitulé du lot": (LONG, lambda row: row.lot.title),
    "Nature": (TEXT, _nature),
    "Entreprise": (LONG, _company),
    "Garant": (TEXT, _hours_only(lambda row: row.line.guarantor)),
    "Groupement": (TEXT, _hours_only(lambda row: row.lot.groupement_form.label)),
    "Tolérance": (TEXT, _hours_only(lambda row: _tolerance(row.lot))),
    "Heures manquantes": (HOURS, _hours_only(lambda row: row.line.missing)),
    "Pénalité par heure": (EUROS, _hours_only(lambda row: row.lot.statement.penalty_rate)),
    "Document": (LONG, _document_only(lambda row: row.label)),
    "Attendu le": (DATE, _document_only(lambda row: row.expected_on)),
    "Reçu le": (DATE, _document_only(lambda row: row.received_on)),
    "Jours de retard": (COUNT, _document_only(lambda row: row.days)),
    "Pénalité par jour": (EUROS, _document_only(lambda row: row.daily_rate)),
    STOPPED: (EUROS, _hours_only(lambda row: row.line.amount)),
    "Pénalité due": (EUROS, _due),
    "Constatée le": (DATE, _filed(lambda file: file.progress.stated_on)),
    "Montant constaté": (EUROS, _filed(lambda file: file.amount)),
    "Étape": (TEXT, _filed(lambda file: file.progress.state.label)),
    "Décision": (LONG, _filed(lambda file: file.progress.decision and file.progress.decision.label)),
    "Décidée le": (DATE, _filed(lambda file: file.progress.decided_on)),
    "Montant décidé": (EUROS, _filed(lambda file: file.progress.decided_amount)),
    "Motif": (LONG, _filed(lambda file: file.reason and file.reason.label)),
    "Décompte": (TEXT, _filed(lambda file: file.settlement_number)),
}

Criteria = tuple[Criterion, int | None]
CRITERIA: Columns[Criteria] = {
    "Critère déterminant": (LONG, lambda row: row[0].label),
    "Personnes": (COUNT, lambda row: masked(row[1])),
}
METHOD: Columns[tuple[str, str]] = {
    "Rubrique": (Format("@", 34, wrap=True), lambda row: row[0]),
    "Explication": (Format("@", 110, wrap=True), lambda row: row[1]),
}
