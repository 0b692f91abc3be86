"""Operations: a project or a consultation that groups several markets of a territory."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import journal
from facilitator.markets import Market, MarketRefused, Operation

FLAGS = ("npnru", "gup")
OBJECTIVES = (
    "convention",
    "target_percent",
    "women_percent",
    "qpv_percent",
    "alternance_percent",
    "site_hours",
    "site_hours_source",
)


class OperationRefused(MarketRefused):
    """An operation cannot be recorded as asked."""


def of_territory(session: Session, territory_id: int) -> list[tuple[int, str]]:
    """The operations of a territory, to choose from: (id, name)."""
    rows = session.execute(
        select(Operation.id, Operation.name)
        .where(Operation.territory_id == territory_id)
        .order_by(Operation.name, Operation.id)
    )
    return [(id, name) for id, name in rows]


def markets_of(session: Session, operation: Operation) -> list[tuple[int, str]]:
    """The markets that an operation groups: (id, object)."""
    rows = session.execute(
        select(Market.id, Market.object)
        .where(Market.operation_id == operation.id)
        .order_by(Market.notified_on.desc().nulls_last(), Market.id)
    )
    return [(id, object) for id, object in rows]


def create(session: Session, territory_id: int, *, name: str, by: int | None, **fields: Any) -> Operation:
    """Open an operation; refuses a name that the territory already uses."""
    _refuse_same_name(session, territory_id, name)
    operation = Operation(territory_id=territory_id, name=name, **fields)
    session.add(operation)
    session.flush()
    journal.note(session, "create", "operation", operation.id, by=by, territory_id=territory_id)
    return operation


def amend(session: Session, operation: Operation, *, by: int | None, **fields: Any) -> None:
    """Change what is known of an operation; refuses a name already used, and objectives that nothing asks for."""
    changed = sorted(name for name, value in fields.items() if getattr(operation, name) != value)
    _refuse_objectives({name: fields.get(name, getattr(operation, name)) for name in (*FLAGS, *OBJECTIVES)})
    if "name" in changed:
        _refuse_same_name(session, operation.territory_id, fields["name"])
    for name in changed:
        setattr(operation, name, fields[name])
    if changed:
        territory_id = operation.territory_id
        journal.note(
            session, "amend", "operation", operation.id, by=by, territory_id=territory_id, fields=changed
        )


def group(session: Session, market: Market, operation: Operation | None, *, by: int | None) -> None:
    """Put a market in an operation, or take it out; refuses the operation of another territory."""
    if operation is not None and operation.territory_id != market.territory_id:
        raise OperationRefused("Cette opération est celle d’un autre territoire. Choisissez-en une du vôtre.")
    wanted = operation.id if operation else None
    if market.operation_id == wanted:
        return
    market.operation_id = wanted
    journal.note(
        session,
        "group",
        "market",
        market.id,
        by=by,
        territory_id=market.territory_id,
        operation=wanted,
    )


def _refuse_objectives(told: dict[str, Any]) -> None:
    """Objectives are those of an operation of urban renewal; hours of a site say where they come from."""
    if not any(told[name] for name in FLAGS) and any(told[name] is not None for name in OBJECTIVES):
        raise OperationRefused(
            "Une convention, des objectifs ou des heures de chantier sont ceux d’une opération NPNRU ou GUP\u00a0:"
            " cochez l’un des deux, ou videz ces champs."
        )
    if told["site_hours"] is not None and not told["site_hours"]:
        raise OperationRefused("Des heures de chantier à 0 ne mesurent rien\u00a0: laissez le champ vide.")
    if (told["site_hours"] is None) != (told["site_hours_source"] is None):
        raise OperationRefused(
            "Les heures du chantier se donnent avec leur source, par exemple l’annexe de la convention\u00a0:"
            " remplissez les deux champs, ou aucun."
        )


def _refuse_same_name(session: Session, territory_id: int, name: str) -> None:
    same = select(Operation.id).where(Operation.territory_id == territory_id, Operation.name == name)
    if session.scalar(same.limit(1)) is not None:
        raise OperationRefused(
            f"Votre territoire a déjà une opération «\u00a0{name}\u00a0». Choisissez-la dans la liste, ou donnez un autre nom."
        )
