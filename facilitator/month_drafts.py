"""Drafts of a month: what an organisation has typed so far, kept as text even when it cannot be read yet."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator.db import Instant, Model
from facilitator.nir import holds_nir
from facilitator.refusals import Refused

LONGEST = 40  # of what is typed in one cell
LONGEST_COMMENT = 500
# A cell of a month: contract, placement, and the first day of its period.
Key = tuple[int, int, datetime.date]


class DraftRefused(Refused):
    """What was typed cannot even be kept as text; `wrong` says why, cell by cell."""

    def __init__(self, sentence: str, wrong: Mapping[Key, str] | None = None) -> None:
        super().__init__(sentence)
        self.wrong: dict[Key, str] = dict(wrong or {})


class MonthDraft(Model):
    """What is typed for one month of one organisation, shared by all who declare for it."""

    __tablename__ = "month_drafts"
    __table_args__ = (UniqueConstraint("organisation_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    month: Mapped[datetime.date]  # its first day
    comment: Mapped[str | None] = mapped_column(String(LONGEST_COMMENT))
    nil_award_ids: Mapped[list[int]] = mapped_column(JSON, default=list)  # sites said «néant»
    saved_at: Mapped[datetime.datetime] = mapped_column(Instant)
    saved_by: Mapped[str] = mapped_column(String(254))  # a name, or the address of a link


class DraftHours(Model):
    """The text of one cell, who typed it and when."""

    __tablename__ = "draft_hours"
    __table_args__ = (CheckConstraint("length(text) > 0", name="text"),)

    draft_id: Mapped[int] = mapped_column(ForeignKey("month_drafts.id"), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placements.id"), primary_key=True)
    from_on: Mapped[datetime.date] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(LONGEST))
    typed_at: Mapped[datetime.datetime] = mapped_column(Instant)
    typed_by: Mapped[str] = mapped_column(String(254))

    @property
    def key(self) -> Key:
        return self.contract_id, self.placement_id, self.from_on


@dataclass(frozen=True)
class Author:
    """Who types: shown to the others beside what they typed."""

    name: str
    user_id: int | None = None
    link_id: int | None = None


@dataclass(frozen=True)
class Typed:
    """All that a page holds: cells as text, sites said «néant», the comment."""

    cells: Mapping[Key, str] = field(default_factory=dict)
    nils: frozenset[int] = frozenset()
    comment: str = ""
    ends: Mapping[Key, datetime.date] = field(
        default_factory=dict
    )  # the last day of each cell, as it was shown


def lock(
    session: Session, organisation_id: int, month: datetime.date, by: Author, at: datetime.datetime
) -> MonthDraft:
    """The draft of a month, made when there is none, held until the commit: two sendings follow each other."""
    found = _locked(session, organisation_id, month)
    if found is None:
        try:
            with session.begin_nested():
                session.add(
                    MonthDraft(
                        organisation_id=organisation_id,
                        month=month,
                        nil_award_ids=[],
                        saved_at=at,
                        saved_by=by.name,
                    )
                )
        except IntegrityError:  # somebody else began it at the same instant
            pass
        found = _locked(session, organisation_id, month)
    assert found is not None
    return found


def _locked(session: Session, organisation_id: int, month: datetime.date) -> MonthDraft | None:
    query = select(MonthDraft).where(MonthDraft.organisation_id == organisation_id, MonthDraft.month == month)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def keep(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    typed: Mapping[Key, str],
    *,
    by: Author,
    at: datetime.datetime,
    seen: Mapping[Key, str] | None = None,
) -> MonthDraft:
    """Keep cells as typed, even wrong; an empty text forgets the cell, cells that are not named stay.

    With `seen` (what the page showed) only cells that were changed there are kept: two people who fill the
    same month never undo each other, and of one cell the last text stands, with its author beside it.
    Refuses a text too long, or that holds what this tool never keeps. Whether the cells are this organisation's
    is asked above, by `month_returns.save_draft`.
    """
    changed = typed if seen is None else {k: v for k, v in typed.items() if _text(v) != _text(seen.get(k))}
    refuse_unkeepable(changed)
    draft = lock(session, organisation_id, month, by, at)
    known = of_draft(session, draft.id)
    for key, text in changed.items():
        _keep(session, draft, known.get(key), key, _text(text), by, at)
    draft.saved_at, draft.saved_by = at, by.name
    session.flush()
    return draft


def keep_rest(draft: MonthDraft, typed: Typed, seen: Typed | None, *, partial: bool = False) -> None:
    """The sites said «néant» and the comment, where the page changed them; a `partial` one leaves what it did not show."""
    before = seen.nils if seen else frozenset()
    if seen is None or typed.nils != before:
        others = set(draft.nil_award_ids) - before if partial else set()
        draft.nil_award_ids = sorted(typed.nils | others)
    if seen is None or typed.comment != seen.comment:
        draft.comment = typed.comment or None


def of_draft(session: Session, draft_id: int) -> dict[Key, DraftHours]:
    """The cells of a draft (one select)."""
    rows = session.scalars(
        select(DraftHours).where(DraftHours.draft_id == draft_id).execution_options(populate_existing=True)
    )
    return {row.key: row for row in rows}


def forget(session: Session, draft: MonthDraft, keys: Collection[Key]) -> None:
    """Cells that were sent leave the draft."""
    for key, row in of_draft(session, draft.id).items():
        if key in keys:
            session.delete(row)
    session.flush()


def refuse_unkeepable(typed: Mapping[Key, str]) -> None:
    """Refuse texts that no column should hold: too long, invisible characters, a NIR."""
    wrong = {key: said for key, text in typed.items() if (said := _unkeepable(text))}
    if wrong:
        raise DraftRefused(
            "Une case contient un texte qui ne peut pas être gardé. Corrigez-la, puis recommencez.", wrong
        )


def _unkeepable(text: str) -> str | None:
    if len(text.strip()) > LONGEST:
        return f"Ce texte est trop long pour des heures\u00a0: gardez au plus {LONGEST}\u00a0caractères, par exemple 151,67."
    if any(ord(each) < 32 or ord(each) == 127 or 0xD800 <= ord(each) <= 0xDFFF for each in text.strip()):
        return "Ce texte contient des caractères invisibles\u00a0: retapez les heures, par exemple 151,67."
    if holds_nir(text):
        return "Ce texte contient un numéro de sécurité sociale, que cet outil ne garde jamais\u00a0: retirez-le."
    return None


def _keep(
    session: Session,
    draft: MonthDraft,
    row: DraftHours | None,
    key: Key,
    text: str,
    by: Author,
    at: datetime.datetime,
) -> None:
    if row is None and text:
        contract_id, placement_id, from_on = key
        session.add(
            DraftHours(
                draft_id=draft.id,
                contract_id=contract_id,
                placement_id=placement_id,
                from_on=from_on,
                text=text,
                typed_at=at,
                typed_by=by.name,
            )
        )
    elif row is not None and not text:
        session.delete(row)
    elif row is not None and row.text != text:
        row.text, row.typed_at, row.typed_by = text, at, by.name


def _text(typed: str | None) -> str:
    return (typed or "").strip()
