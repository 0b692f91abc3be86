"""Reference labels: COG, CPV, ROME, NAF… loaded from official files; without them codes are shown bare."""

from collections.abc import Iterable

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator.db import Model


class ReferenceLabel(Model):
    """The official label of one code of one list."""

    __tablename__ = "reference_labels"

    list_name: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    label: Mapped[str] = mapped_column(String(300))


def labels(session: Session, list_name: str, codes: Iterable[str | None]) -> dict[str, str]:
    """The labels known among these codes (one select); a missing code is shown bare."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    rows = session.execute(
        select(ReferenceLabel.code, ReferenceLabel.label).where(
            ReferenceLabel.list_name == list_name, ReferenceLabel.code.in_(wanted)
        )
    )
    return {row.code: row.label for row in rows}


def holds(session: Session, list_name: str, code: str) -> bool:
    """Whether a list that is loaded has this code; a list that nobody loaded contradicts nothing."""
    of_list = select(ReferenceLabel.code).where(ReferenceLabel.list_name == list_name)
    found = session.scalar(of_list.where(ReferenceLabel.code == code))
    return found is not None or session.scalar(of_list.limit(1)) is None
