"""Remembered names: how an organisation writes a person or a site in its own spreadsheet, once it has chosen whom it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator.db import Model
from facilitator.markets import Lot
from facilitator.people import Person

LONGEST = 120
PERSON, SITE = "person", "site"


class RememberedName(Model):
    """Normalised words that stand for one person, or for one lot, in the pastes of one organisation."""

    __tablename__ = "remembered_names"
    __table_args__ = (
        UniqueConstraint("organisation_id", "kind", "words"),
        CheckConstraint(
            "(kind = 'person' AND person_id IS NOT NULL AND lot_id IS NULL)"
            " OR (kind = 'site' AND lot_id IS NOT NULL AND person_id IS NULL)",
            name="kind",
        ),
        CheckConstraint("length(words) > 0", name="words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))  # of the person or the lot
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(6))
    words: Mapped[str] = mapped_column(String(LONGEST))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))


@dataclass(frozen=True)
class Known:
    """Words → person, words → lot."""

    people: Mapping[str, int] = field(default_factory=dict)
    lots: Mapping[str, int] = field(default_factory=dict)


def known(session: Session, organisation_id: int) -> Known:
    """What an organisation chose before (one select)."""
    rows = session.scalars(select(RememberedName).where(RememberedName.organisation_id == organisation_id))
    people, lots = {}, {}
    for row in rows:
        if row.person_id is not None:
            people[row.words] = row.person_id
        elif row.lot_id is not None:
            lots[row.words] = row.lot_id
    return Known(people, lots)


def remember(session: Session, organisation_id: int, chosen: Known) -> None:
    """Keep what was chosen for the next paste; a later choice takes the place of the earlier one."""
    try:
        with session.begin_nested():
            _write(
                session, organisation_id, PERSON, chosen.people, _territories(session, Person, chosen.people)
            )
            _write(session, organisation_id, SITE, chosen.lots, _territories(session, Lot, chosen.lots))
    except IntegrityError:  # a colleague pastes at the same instant: theirs is kept
        pass


def _territories(
    session: Session, model: type[Person] | type[Lot], chosen: Mapping[str, int]
) -> dict[int, int]:
    rows = session.execute(select(model.id, model.territory_id).where(model.id.in_(chosen.values())))
    return {row.id: row.territory_id for row in rows}


def _write(
    session: Session, organisation_id: int, kind: str, chosen: Mapping[str, int], places: Mapping[int, int]
) -> None:
    wanted = {words: id_ for words, id_ in chosen.items() if 0 < len(words) <= LONGEST and id_ in places}
    if not wanted:
        return
    rows = session.scalars(
        select(RememberedName).where(
            RememberedName.organisation_id == organisation_id,
            RememberedName.kind == kind,
            RememberedName.words.in_(wanted),
        )
    )
    before = {row.words: row for row in rows}
    for words, id_ in wanted.items():
        row = before.get(words) or RememberedName(organisation_id=organisation_id, kind=kind, words=words)
        row.territory_id = places[id_]
        row.person_id, row.lot_id = (id_, None) if kind == PERSON else (None, id_)
        session.add(row)
    session.flush()
