"""Sending a month: one certified act over all sites asked for, all or nothing; and what is asked once it is validated."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import declarations, french, month_drafts, month_returns, people, verdicts
from facilitator.awards import Award
from facilitator.contracts import Contract
from facilitator.hours import HoursRefused, Share, Timesheet
from facilitator.month_cells import Cell, Lock, MonthPage, said
from facilitator.month_drafts import Author, Key, Typed
from facilitator.month_rows import people_of
from facilitator.periods import first_of_month
from facilitator.refusals import Conflict, Refused
from facilitator.sendings import Sending
from facilitator.shares import Part
from facilitator.territories import Reach

ZERO = Decimal(0)
CORRECTED = "Heures corrigées par le déclarant avant leur validation"
REFUSED = (
    "Ces heures ont été refusées\u00a0: écrivez le bon nombre ou, s’il est juste, suivez «\u00a0corriger\u00a0»"
    " pour le renvoyer en disant pourquoi."
)
UNSHARED = (
    "Ces heures sont déjà déclarées, et le facilitateur répartit ces heures entre les chantiers\u00a0:"
    " ne les saisissez pas une seconde fois. Si leur nombre est faux, appelez-le."
)
ELSEWHERE = (
    "Cette personne travaille aussi sur un autre chantier que les vôtres avec ce contrat\u00a0: son employeur déclare"
    " désormais toutes ses heures. Si les vôtres sont fausses, appelez le facilitateur."
)


class SendingRefused(Refused):
    """A month cannot be sent as it stands; `wrong` gives the sentence of each cell."""

    def __init__(self, sentence: str, wrong: Mapping[Key, str] | None = None) -> None:
        super().__init__(sentence)
        self.wrong: dict[Key, str] = dict(wrong or {})


class MonthChanged(Conflict):
    """Somebody else changed cells that were about to be sent; `cells` are these, as they stand now."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        super().__init__(
            "Quelqu’un a modifié ce mois pendant que vous l’aviez ouvert\u00a0: comparez les deux versions, puis envoyez."
        )
        self.cells = tuple(cells)


@dataclass(frozen=True)
class Sender:
    """Who certifies: name and quality, as typed."""

    name: str
    position: str | None
    certified: bool


@dataclass(frozen=True)
class Outcome:
    """What a sending did; without a sending everything had been sent before."""

    sending: Sending | None
    sheets: tuple[Timesheet, ...]
    nils: int
    warnings: tuple[str, ...]
    to_split: tuple[int, ...]  # relevés that straddle a limit


@dataclass(frozen=True)
class _Act:
    """One relevé to write: of a contract, over a period, in place of another or not."""

    cells: tuple[Cell, ...]  # those sent now, which bear a refusal
    parts: list[Part]
    worked: Decimal
    training: Decimal


def send(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    typed: Typed,
    *,
    sender: Sender,
    sites: frozenset[int] | None = None,
    seen: Typed | None = None,
    on: datetime.date,
    at: datetime.datetime,
    by: Author,
    reach: Reach = None,
) -> Outcome:
    """Send what is typed for these sites (awards; None: all of them), the rest stays in the draft.

    New hours are declared, changed ones replace a relevé that is not validated, unchanged ones are left alone.
    Refuses all of it, with a sentence for each cell, as soon as one cannot be declared; and, given what the
    page showed (`seen`), what somebody else changed meanwhile.
    """
    month = first_of_month(month)
    check_sender(sender)
    draft = month_drafts.lock(session, organisation_id, month, by, at)
    people.lock(session, people_of(organisation_id, month))
    now = month_returns.page(session, organisation_id, month, on=on, reach=reach)
    month_returns.refuse_unknown(now.by_key, typed.cells)
    month_returns.refuse_unknown_sites(now, typed.nils)
    typed = replace(typed, nils=typed.nils & now.nil_ids)
    if seen is not None:
        _refuse_changed(now, typed, seen, sites)
    month_drafts.keep(
        session, organisation_id, month, typed.cells, by=by, at=at, seen=seen.cells if seen else None
    )
    month_drafts.keep_rest(draft, typed, seen, partial=now.partial)
    page = month_returns.page(session, organisation_id, month, on=on, typed=typed, reach=reach)
    outcome = _write(session, page, typed, sites, sender, on=on, at=at, by=by)
    month_drafts.forget(session, draft, {cell.key for cell in _scoped(page, sites)})
    if outcome.sending is not None:
        draft.comment = None
    sent = page.nil_ids | typed.nils if sites is None and page.partial else sites
    draft.nil_award_ids = [each for each in draft.nil_award_ids if sent is not None and each not in sent]
    return outcome


def check_sender(sender: Sender) -> None:
    if not sender.name.strip():
        raise SendingRefused("Indiquez le nom de la personne qui envoie ces heures.")
    if not sender.certified:
        raise SendingRefused(
            "Cochez «\u00a0certifié exact\u00a0»\u00a0: sans cela, les heures ne peuvent pas partir."
        )


def _scoped(page: MonthPage, sites: frozenset[int] | None) -> Iterator[Cell]:
    return (cell for cell in page.cells if sites is None or cell.award_id in sites)


def _refuse_changed(now: MonthPage, typed: Typed, seen: Typed, sites: frozenset[int] | None) -> None:
    """What one sends is what one has seen: nothing that another typed meanwhile, no period that became another."""
    changed = [
        cell
        for cell in _scoped(now, sites)
        if cell.lock is Lock.none
        and said(typed.cells.get(cell.key, "")) != said(cell.text)
        and (
            said(cell.text) != said(seen.cells.get(cell.key, ""))
            or cell.days.last_on != seen.ends.get(cell.key, cell.days.last_on)
        )
    ]
    if changed:
        raise MonthChanged(changed)


def _write(
    session: Session,
    page: MonthPage,
    typed: Typed,
    sites: frozenset[int] | None,
    sender: Sender,
    *,
    on: datetime.date,
    at: datetime.datetime,
    by: Author,
) -> Outcome:
    nils = sorted(typed.nils if sites is None else typed.nils & sites)
    wrong = {cell.key: sentence for cell in _scoped(page, sites) if (sentence := _refusal(cell, typed))}
    acts = [] if wrong else list(_acts(page, sites))
    if not wrong and not acts and not nils:
        _refuse_nothing(page, sites)
        return Outcome(None, (), 0, (), ())
    sending = certify(session, page.organisation_id, page.month, sender, comment=typed.comment, at=at, by=by)
    declared: list[declarations.Declared] = []
    for act in acts:
        try:
            declared.append(_declare(session, act, sending, on, by))
        except HoursRefused as refused:
            wrong[act.cells[-1].key] = refused.sentence
    for award_id in nils if not wrong else ():
        declarations.declare_nil(
            session, session.get_one(Award, award_id), page.month, on=on, by=by.user_id, sending=sending
        )
    if wrong:
        raise SendingRefused(
            "Rien n’est parti\u00a0: corrigez les cases signalées, ou envoyez d’abord un autre chantier.",
            wrong,
        )
    return Outcome(
        sending,
        tuple(each.timesheet for each in declared),
        len(nils),
        tuple(warning for each in declared for warning in each.warnings),
        _to_split(session, [each.timesheet for each in declared]),
    )


def _refusal(cell: Cell, typed: Typed) -> str | None:
    """Why a cell cannot be sent as it stands on the page."""
    if cell.lock is not Lock.none:
        return _locked(cell) if cell.key in typed.cells and cell.changed else None
    if cell.wrong:
        return cell.wrong
    if cell.declared is not None and not cell.text.strip():
        return f"{french.hours(cell.declared)} sont déjà déclarées ici\u00a0: écrivez 0 pour les retirer, ou remettez ce nombre."
    return None


def _locked(cell: Cell) -> str:
    if cell.lock is Lock.validated:
        return (
            "Ces heures sont validées\u00a0: elles ne changent plus sur cette page."
            " Utilisez «\u00a0Demander une correction\u00a0», avec votre motif."
        )
    if cell.lock is Lock.globalised:
        return "Ces heures sont partagées entre plusieurs lots par une globalisation\u00a0: demandez leur correction au facilitateur."
    if cell.lock is Lock.unshared:
        return UNSHARED
    if cell.lock is Lock.elsewhere:
        return ELSEWHERE
    return "L’autre partie a déjà déclaré ces heures\u00a0: confirmez-les ou contestez-les au lieu de les saisir."


def _refuse_nothing(page: MonthPage, sites: frozenset[int] | None) -> None:
    """Refuse to send an empty page, or refused hours as they were; what waits may be sent again without effect."""
    scoped = list(_scoped(page, sites))
    refused = {cell.key: REFUSED for cell in scoped if cell.due and cell.text.strip()}
    if refused:
        raise SendingRefused("Rien n’est parti\u00a0: ces heures ont été refusées telles quelles.", refused)
    if all(not cell.text.strip() for cell in scoped):
        raise SendingRefused(
            "Rien n’est saisi pour cet envoi. Écrivez des heures, ou «\u00a0néant\u00a0» si personne n’a travaillé."
        )


def _acts(page: MonthPage, sites: frozenset[int] | None) -> Iterator[_Act]:
    """The relevés to write: one for each period of a contract where something sent is new or changed."""
    periods: dict[tuple[int, datetime.date], list[Cell]] = {}
    for cell in page.cells:
        periods.setdefault((cell.key[0], cell.key[2]), []).append(cell)
    for cells in periods.values():
        sent = [
            cell
            for cell in cells
            if (sites is None or cell.award_id in sites)
            and cell.lock is Lock.none
            and cell.text.strip()
            and cell.changed
        ]
        if sent:
            yield _act(cells, sent)


def _act(cells: Sequence[Cell], sent: Sequence[Cell]) -> _Act:
    """The shares of one relevé: those sent now, and those that were declared before for other sites."""
    sheet = sent[0].sheet
    trained = {part.placement_id: part.training for part in sheet.parts} if sheet else {}
    parts = []
    for cell in cells:
        hours = cell.hours if cell in sent else cell.declared
        if hours is not None:
            placement_id = cell.key[1]
            parts.append(Part(placement_id, hours, min(hours, trained.get(placement_id, ZERO))))
    # Hours that went to no lot stay in the relevé; those that were never shared out are the ones said here.
    shared = sheet if sheet and sheet.parts else None
    beside = shared.worked - sum((part.hours for part in shared.parts), ZERO) if shared else ZERO
    beside_trained = shared.training - sum(trained.values(), ZERO) if shared else ZERO
    worked = sum((part.hours for part in parts), ZERO) + beside
    training = sum((part.training for part in parts), ZERO) + min(beside, beside_trained)
    return _Act(tuple(sent), parts, worked, training)


def certify(
    session: Session,
    organisation_id: int,
    month: datetime.date,
    sender: Sender,
    *,
    comment: str = "",
    at: datetime.datetime,
    by: Author,
) -> Sending:
    """Write down who certifies the hours that follow."""
    sending = Sending(
        organisation_id=organisation_id,
        month=month,
        sent_at=at,
        sender_name=sender.name.strip(),
        sender_position=sender.position,
        certified=sender.certified,
        comment=comment or None,
        user_id=by.user_id,
        link_id=by.link_id,
    )
    session.add(sending)
    session.flush()
    return sending


def _declare(
    session: Session, act: _Act, sending: Sending, on: datetime.date, by: Author
) -> declarations.Declared:
    cell = act.cells[0]
    contract = session.get_one(Contract, cell.key[0])
    if cell.sheet is None:
        return declarations.declare(
            session,
            contract,
            from_on=cell.days.from_on,
            to_on=cell.days.last_on,
            worked=act.worked,
            training=act.training,
            parts=act.parts,
            on=on,
            by=by.user_id,
            sending=sending,
        )
    return declarations.correct(
        session,
        contract,
        session.get_one(Timesheet, cell.sheet.id),
        CORRECTED,
        from_on=cell.sheet.from_on,
        to_on=cell.sheet.to_on,
        worked=act.worked,
        training=act.training,
        parts=act.parts,
        on=on,
        by=by.user_id,
        sending=sending,
    )


def _to_split(session: Session, sheets: Sequence[Timesheet]) -> tuple[int, ...]:
    """The relevés just written that straddle a limit, as their verdict says."""
    verdicts.refresh(session)
    rows = session.scalars(
        select(Share.timesheet_id)
        .where(
            Share.timesheet_id.in_([sheet.id for sheet in sheets]),
            Share.split_on.is_not(None),
            Share.hours > 0,
        )
        .order_by(Share.timesheet_id)
    )
    return tuple(dict.fromkeys(rows))
