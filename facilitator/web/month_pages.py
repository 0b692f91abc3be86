"""The page of a month to declare, the same signed in and by a link: show, keep, fill, send, correct, divide."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from facilitator import access, journal, month_fills, month_returns, month_sending
from facilitator.db import db
from facilitator.forms import month_returns as forms
from facilitator.forms.month_returns import DraftForm, MonthForm
from facilitator.french import hours as french_hours
from facilitator.french import of_month, plural
from facilitator.links import LinkRefused
from facilitator.month_cells import Cell, MonthPage
from facilitator.month_drafts import Author, DraftRefused, Key, Typed
from facilitator.month_sending import MonthChanged, Outcome, Sender, SendingRefused
from facilitator.periods import add_months
from facilitator.refusals import Refused
from facilitator.territories import Reach
from facilitator.web import clock, once

KEPT = (
    "Le brouillon est gardé\u00a0: vous pouvez revenir plus tard. Il n’est pas encore envoyé au facilitateur."
)
REPEATED, NIL = "à la valeur du mois précédent", "à «\u00a0néant\u00a0»"
NOTHING_TO_FILL = "Rien à remplir\u00a0: les cases sont déjà saisies, ou le mois précédent est vide."


@dataclass(frozen=True)
class Declarant:
    """Who declares, which month, and where its pages are (`url` takes the name of an action)."""

    organisation_id: int
    month: datetime.date
    by: Author
    name: str  # proposed for the sending
    url: Callable[..., str]
    month_url: Callable[[datetime.date], str] | None  # None: a link opens its month only
    months_url: str | None
    confirm_url: str  # where what the other side declared is confirmed
    contact_url: str | None = None  # by a link: who is the right person now
    reach: Reach = None  # the territories that are opened; None: all of them

    @property
    def by_link(self) -> bool:
        return self.by.link_id is not None


def typed_in_request(comment: str | None) -> Typed:
    """The cells, the sites said «néant» and the comment that came back."""
    return forms.typed(request.form, request.form.getlist("neant"), comment)


def show(who: Declarant) -> ResponseReturnValue:
    """The month as it stands."""
    page = _read(who)
    refuse_closed(who, page)
    return _render(who, page, MonthForm(formdata=None, data=_proposed(who, page)))


def refuse_closed(who: Declarant, page: MonthPage | None = None) -> None:
    """Once everything is validated, a link has nothing to open any more."""
    if who.by_link and (page or _read(who)).closed:
        raise LinkRefused(
            f"Toutes vos heures {of_month(who.month)} sont validées\u00a0: il n’y a plus rien à déclarer."
            " Pour une correction, appelez le facilitateur."
        )


def _read(who: Declarant, typed: Typed | None = None) -> MonthPage:
    return month_returns.page(
        db.session(), who.organisation_id, who.month, on=clock.today(), typed=typed, reach=who.reach
    )


def _proposed(who: Declarant, page: MonthPage) -> dict[str, object]:
    """Name and quality of the last sending, the comment of the draft."""
    last = page.last_sender
    return {
        "sender_name": last.name if last and not who.by.user_id else who.name,
        "sender_position": last.position if last else None,
        "comment": page.comment,
    }


def _render(
    who: Declarant,
    page: MonthPage,
    form: MonthForm,
    *,
    wrong: Mapping[Key, str] | None = None,
    changed: MonthChanged | None = None,
    status: int | None = None,
) -> ResponseReturnValue:
    for territory_id in sorted({row.territory_id for row in page.rows}):
        access.saw("list", "timesheet", None, territory_id)
    if changed is not None or not form.is_submitted():
        form.seen.data = forms.seen_in(page if changed is None else _read(who))
    refused = {cell.key: cell.wrong for cell in page.cells if cell.wrong} | dict(wrong or {})
    return (
        render_template(
            "months/show.html",
            who=who,
            page=page,
            form=form,
            refused=refused,
            now={cell.key: cell for cell in changed.cells} if changed else {},
            changed=changed,
            failed=status is not None,
            earlier=add_months(page.month, -1),
            later=add_months(page.month, 1),
            today=clock.today(),
        ),
        status or 200,
    )


def send(who: Declarant) -> ResponseReturnValue:
    """Send the sites asked for, or everything; once."""
    refuse_closed(who)
    form = MonthForm()
    typed, seen = typed_in_request(form.comment.data), forms.seen_by(form.seen.data)
    valid = form.validate_on_submit()
    if not valid or any(cell.wrong for cell in _scoped(_read(who, typed))):
        return _refused(who, form, typed)
    if (replay := once.replayed(form)) is not None:
        return replay
    try:
        outcome = month_sending.send(
            db.session(),
            who.organisation_id,
            who.month,
            typed,
            sender=Sender(form.sender_name.data or "", form.sender_position.data, bool(form.certified.data)),
            sites=_sites(),
            seen=seen,
            on=clock.today(),
            at=journal.now(),
            by=who.by,
            reach=who.reach,
        )
    except MonthChanged as changed:
        db.session.rollback()
        return _render(who, _read(who, typed), form, changed=changed, status=409)
    except Refused as refused:
        db.session.rollback()
        return _refused(who, form, typed, refused)
    _tell(who, outcome)
    return once.commit(form, _next(who, outcome))


def _sites() -> frozenset[int] | None:
    """The site whose button was pressed; None for all of them."""
    pressed = request.form.get("site", "")
    if not pressed:
        return None
    return frozenset({int(pressed) if pressed.isascii() and pressed.isdigit() and len(pressed) < 10 else 0})


def _scoped(page: MonthPage) -> list[Cell]:
    sites = _sites()
    return [cell for cell in page.cells if sites is None or cell.award_id in sites]


def _refused(
    who: Declarant, form: MonthForm, typed: Typed, refused: Refused | None = None
) -> ResponseReturnValue:
    """What was typed is all there, each sentence beside its cell."""
    wrong: dict[Key, str] = {}
    if refused is not None:
        form.refuse(refused)
    if isinstance(refused, (SendingRefused, DraftRefused)):
        wrong = refused.wrong
    return _render(who, _read(who, typed), form, wrong=wrong, status=422)


def _tell(who: Declarant, outcome: Outcome) -> None:
    if outcome.sending is None:
        flash("Ces heures étaient déjà envoyées\u00a0: rien n’a changé.", "done")
        return
    hours = french_hours(sum((sheet.worked for sheet in outcome.sheets), month_sending.ZERO))
    said = [f"{plural(len(outcome.sheets), 'relevé')}, {hours}"] if outcome.sheets else []
    if outcome.nils:
        said.append(plural(outcome.nils, "chantier sans heures (néant)", "chantiers sans heures (néant)"))
    flash(
        f"Heures {of_month(who.month)} envoyées\u00a0: {' et '.join(said)}. Le facilitateur les relit.",
        "done",
    )
    for warning in dict.fromkeys(outcome.warnings):
        flash(warning, "warning")


def _next(who: Declarant, outcome: Outcome) -> str:
    """The first relevé to divide at a limit, else the month."""
    if outcome.to_split:
        return who.url("split", timesheet_id=outcome.to_split[0])
    return who.url("show")


def keep(who: Declarant) -> ResponseReturnValue:
    """Keep what is typed without sending it, even what cannot be read."""
    return _keep(who, lambda page: month_fills.Fill())


def repeat(who: Declarant) -> ResponseReturnValue:
    """Fill empty cells with the hours of the month before."""
    return _keep(who, lambda page: month_fills.last_month(page, _asked()), REPEATED)


def nil(who: Declarant) -> ResponseReturnValue:
    """Fill empty cells with 0 h, and tick the sites without anybody."""
    return _keep(who, lambda page: month_fills.nil(page, _asked()), NIL)


def _asked() -> month_fills.Target:
    return month_fills.target(request.form.get("quoi", ""))


def _keep(
    who: Declarant, fill: Callable[[MonthPage], month_fills.Fill], done: str = ""
) -> ResponseReturnValue:
    refuse_closed(who)
    form = DraftForm()
    typed, seen = typed_in_request(form.comment.data), forms.seen_by(form.seen.data)
    if not form.validate_on_submit():
        return _refused(who, form, typed)
    if (replay := once.replayed(form)) is not None:
        return replay
    try:
        more = fill(_read(who, typed))
        month_returns.save_page(
            db.session(),
            who.organisation_id,
            who.month,
            Typed({**typed.cells, **more.cells}, typed.nils | more.nils, typed.comment),
            seen=seen,
            on=clock.today(),
            by=who.by,
            at=journal.now(),
            reach=who.reach,
        )
    except Refused as refused:
        db.session.rollback()
        return _refused(who, form, typed, refused)
    flash(*_kept(len(more.cells) + len(more.nils - typed.nils), done))
    return once.commit(form, who.url("show"))


def _kept(filled: int, done: str) -> tuple[str, str]:
    """What to say: kept, filled, or that there was nothing to fill."""
    if not done:
        return KEPT, "done"
    if not filled:
        return NOTHING_TO_FILL, "warning"
    return f"{plural(filled, 'case mise', 'cases mises')} {done}\u00a0: relisez, puis envoyez.", "done"
