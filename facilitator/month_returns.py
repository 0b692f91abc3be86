"""A month to declare: read as a page over all buyers and territories, kept as a draft, and what is still due of it."""

import datetime
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from facilitator import month_drafts, month_grid, month_rows, month_sites
from facilitator.hours import NilDeclaration
from facilitator.month_cells import Cell, EmptySite, MonthPage, Sent
from facilitator.month_drafts import Author, DraftHours, DraftRefused, Key, MonthDraft, Typed
from facilitator.month_rows import label
from facilitator.organisations import Organisation
from facilitator.periods import first_of_month, last_of_month
from facilitator.sendings import Sending
from facilitator.territories import Reach


def page(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    *,
    on: datetime.date,
    typed: Typed | None = None,
    reach: Reach = None,
) -> MonthPage:
    """The month of one declarant; `typed` stands in the fields instead of the draft (eleven selects).

    `reach`: the territories that are opened; None: all of them.
    """
    month = first_of_month(month)
    everybody = month_rows.assignments(session, organisation_id, month)
    at_work = [each for each in everybody if reach is None or each.site.territory_id in reach]
    served = {each.contract_id for each in at_work}
    sheets = month_rows.sheets(session, month, served, {each.placement_id for each in at_work})
    draft, kept = _draft(session, organisation_id, month)
    name, nil = _named(session, organisation_id, month, {each.site.award_id for each in at_work})
    cells = month_grid.Cells(organisation_id, month, at_work, sheets, kept, typed, nil).made()
    rows = month_grid.rows(session, organisation_id, month, at_work, cells)
    empty = month_sites.empty(session, organisation_id, month)
    own = [(site, nil) for site, nil in empty if reach is None or site.territory_id in reach]
    partial = len(at_work) < len(everybody) or len(own) < len(empty)
    sendings, last_sender = _sendings(session, organisation_id, month, told=not partial)
    nils = typed.nils if typed else frozenset(draft.nil_award_ids if draft else ())
    return MonthPage(
        organisation_id=organisation_id,
        organisation=name,
        month=month,
        begun=month <= on,
        sites=month_grid.sites(at_work, cells),
        rows=rows,
        empty_sites=tuple(EmptySite(site, nil, not nil and site.award_id in nils) for site, nil in own),
        comment=typed.comment if typed else (draft.comment if draft and not partial else None) or "",
        saved_at=draft.saved_at if draft else None,
        saved_by=draft.saved_by if draft else None,
        sendings=sendings,
        last_sender=last_sender,
        partial=partial,
    )


def save_draft(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    typed: Mapping[Key, str],
    *,
    by: Author,
    at: datetime.datetime,
    seen: Mapping[Key, str] | None = None,
) -> MonthDraft:
    """Keep cells as typed, even wrong (`Cell.key` → text); refuses a cell that is not this organisation’s.

    See `month_drafts.keep` for two people who type at once.
    """
    month = first_of_month(month)
    refuse_unknown(cells_of(session, organisation_id, month), typed)
    return month_drafts.keep(session, organisation_id, month, typed, by=by, at=at, seen=seen)


def save_page(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    typed: Typed,
    *,
    seen: Typed | None,
    on: datetime.date,
    by: Author,
    at: datetime.datetime,
    reach: Reach = None,
) -> MonthDraft:
    """Keep all that a page holds: cells, sites said «néant», comment."""
    month = first_of_month(month)
    now = page(session, organisation_id, month, on=on, reach=reach)
    refuse_unknown(now.by_key, typed.cells)
    refuse_unknown_sites(now, typed.nils)
    cells_seen = seen.cells if seen else None
    draft = month_drafts.keep(session, organisation_id, month, typed.cells, by=by, at=at, seen=cells_seen)
    month_drafts.keep_rest(draft, replace(typed, nils=typed.nils & now.nil_ids), seen, partial=now.partial)
    return draft


def cells_of(session: Session, organisation_id: int, month: datetime.date) -> dict[Key, Cell]:
    """The cells alone, as they were declared (three selects)."""
    at_work = month_rows.assignments(session, organisation_id, month)
    served = {each.contract_id for each in at_work}
    sheets = month_rows.sheets(session, month, served, {each.placement_id for each in at_work})
    return {
        cell.key: cell
        for _, cell in month_grid.Cells(organisation_id, month, at_work, sheets, {}, None).made()
    }


def refuse_unknown(cells: Mapping[Key, Cell], typed: Mapping[Key, str]) -> None:
    """Refuse texts for a contract or a placement that this organisation does not declare for in the month."""
    unknown = [key for key, text in typed.items() if text.strip() and key not in cells]
    if unknown:
        said = ", ".join(f"«\u00a0{typed[key].strip()[:20]}\u00a0»" for key in unknown[:5])
        raise DraftRefused(
            f"Une case de ce mois n’existe pas ou n’existe plus pour votre structure ({said})\u00a0: le contrat ou la mise"
            " à l’emploi a pu prendre fin ou être retiré. Rouvrez la page du mois, ou appelez le facilitateur."
        )


def refuse_unknown_sites(page: MonthPage, award_ids: frozenset[int]) -> None:
    """Refuse «néant» for a site that is not one of the organisation’s without anybody."""
    if award_ids - {each.site.award_id for each in page.empty_sites}:
        raise DraftRefused(
            "Un chantier coché «\u00a0néant\u00a0» n’est pas, ou n’est plus, dans votre liste\u00a0: quelqu’un y travaille"
            " peut-être depuis. Rouvrez la page du mois."
        )


def asked_from(month: datetime.date, quarterly: bool) -> datetime.date:
    """The first day on which the hours of a month are asked for: after it, or after its quarter."""
    last = month.replace(month=(month.month + 2) // 3 * 3) if quarterly else month
    return last_of_month(last) + datetime.timedelta(days=1)


def _named(
    session: Session, organisation_id: int, month: datetime.date, award_ids: set[int]
) -> tuple[str, set[tuple[int, datetime.date]]]:
    """The name of the declarant, and which of these awards were said «néant» in the month (one select)."""
    said = (NilDeclaration.month == month) & NilDeclaration.award_id.in_(award_ids)
    rows = session.execute(
        select(label(Organisation), NilDeclaration.award_id)
        .outerjoin(NilDeclaration, said)
        .where(Organisation.id == organisation_id)
    ).all()
    return rows[0][0], {(award_id, month) for _, award_id in rows if award_id is not None}


def _draft(
    session: Session, organisation_id: int, month: datetime.date
) -> tuple[MonthDraft | None, dict[Key, DraftHours]]:
    rows = session.execute(
        select(MonthDraft, DraftHours)
        .outerjoin(DraftHours, DraftHours.draft_id == MonthDraft.id)
        .where(MonthDraft.organisation_id == organisation_id, MonthDraft.month == month)
        .execution_options(populate_existing=True)
    ).all()
    draft = rows[0][0] if rows else None
    return draft, {cell.key: cell for _, cell in rows if cell is not None}


def _sendings(
    session: Session, organisation_id: int, month: datetime.date, *, told: bool
) -> tuple[tuple[Sent, ...], Sent | None]:
    """The sendings of the month, newest first, and who sent last, whatever the month (one select).

    Their comments speak of all territories: they are `told` only where all of them are opened.
    """
    last = select(func.max(Sending.id)).where(Sending.organisation_id == organisation_id).scalar_subquery()
    rows = session.scalars(
        select(Sending)
        .where(Sending.organisation_id == organisation_id, or_(Sending.month == month, Sending.id == last))
        .order_by(Sending.id.desc())
    ).all()
    shown = [
        Sent(row.sent_at, row.sender_name, row.sender_position, row.comment if told else None) for row in rows
    ]
    of_month = tuple(one for one, row in zip(shown, rows, strict=True) if row.month == month)
    return of_month, shown[0] if shown else None
