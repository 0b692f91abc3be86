"""What the contract of a lot says, in French, for its page."""

from facilitator import french
from facilitator.markets import Lot
from facilitator.vocabulary import (
    ClauseKind,
    Criterion,
    GroupementForm,
    Periodicity,
    PlacementMode,
    ToleranceKind,
)

Fact = tuple[str, str]


def facts(lot: Lot) -> list[Fact]:
    """Clause, admitted publics and modes, objectives, penalty rule, groupement."""
    return [
        ("Clause", ClauseKind(lot.clause).label if lot.clause else "pas encore connue"),
        ("Publics admis", _admitted({each.value: each.label for each in Criterion}, lot.publics_admitted)),
        ("Modes admis", _admitted(dict(PlacementMode.choices()), lot.modes_admitted)),
        ("Objectifs complémentaires", _objectives(lot)),
        ("Pénalité par heure non faite", french.euros(lot.penalty_rate) if lot.penalty_rate else "non fixée"),
        ("Tolérance", tolerance(lot) or "aucune"),
        (
            "Pénalité par jour de retard d’un document",
            french.euros(lot.late_document_rate) if lot.late_document_rate else "non fixée",
        ),
        ("Groupement", groupement(lot)),
        ("Relevés", Periodicity(lot.periodicity).label),
        ("Réception", french.date(lot.received_on)),
        ("Fin, reconductions comprises", french.date(lot.end_with_renewals_on)),
    ]


def groupement(lot: Lot) -> str:
    """The form of the groupement."""
    return GroupementForm(lot.groupement_form).label


def tolerance(lot: Lot) -> str:
    """What the penalty forgives; "" when nothing."""
    kind = ToleranceKind(lot.tolerance_kind)
    if kind is ToleranceKind.none or not lot.tolerance_percent:
        return ""
    return f"{kind.label}\u00a0: {french.percent(lot.tolerance_percent, 0)}"


def _admitted(labels: dict[str, str], admitted: list[str] | None) -> str:
    return ", ".join(labels[each] for each in admitted) if admitted else "tous"


def _objectives(lot: Lot) -> str:
    told = [
        f"{name}\u00a0: {french.percent(value, 0)}"
        for name, value in (
            ("femmes", lot.women_percent),
            ("habitants de QPV", lot.qpv_percent),
            ("alternance", lot.alternance_percent),
        )
        if value is not None
    ]
    return ", ".join(told) or "aucun"
