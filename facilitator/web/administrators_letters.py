"""Administrators: the words that a territory puts around its letters, with the letter as it would read."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, letter_texts, reminders
from facilitator.db import db
from facilitator.forms.reminders import LetterTextForm
from facilitator.letter_texts import DEFAULTS, LetterCode, Words
from facilitator.refusals import Conflict
from facilitator.territories import Territory
from facilitator.web import clock, conflicts, once, sheets
from facilitator.web.answers import page

blueprint = Blueprint("administrators_letters", __name__, url_prefix="/administration/territoires")


@blueprint.get("/<int:territory_id>/lettres")
def index(territory_id: int) -> ResponseReturnValue:
    """The letters whose words may be chosen."""
    territory = access.territory_or_404(territory_id)
    own = {code: letter_texts.own_text(db.session(), territory.id, code) for code in LetterCode}
    return render_template("administrators/letters.html", territory=territory, own=own)


@blueprint.route("/<int:territory_id>/lettres/relance", methods=["GET", "POST"])
def reminder(territory_id: int) -> ResponseReturnValue:
    """The words of the monthly reminder."""
    return _edit(territory_id, LetterCode.reminder)


@blueprint.route("/<int:territory_id>/lettres/nouveau-contact", methods=["GET", "POST"])
def new_contact(territory_id: int) -> ResponseReturnValue:
    """The words of the letter to a new contact."""
    return _edit(territory_id, LetterCode.new_contact)


@blueprint.post("/<int:territory_id>/lettres/relance/retablir")
def restore_reminder(territory_id: int) -> ResponseReturnValue:
    """Come back to the usual words of the reminder."""
    return _restore(territory_id, LetterCode.reminder)


@blueprint.post("/<int:territory_id>/lettres/nouveau-contact/retablir")
def restore_new_contact(territory_id: int) -> ResponseReturnValue:
    """Come back to the usual words of the letter to a new contact."""
    return _restore(territory_id, LetterCode.new_contact)


def _edit(territory_id: int, code: LetterCode) -> ResponseReturnValue:
    """A version 0 is the usual text: whoever writes second over it reads the first one’s words."""
    territory = access.territory_or_404(territory_id, lock=request.method == "POST")
    own = letter_texts.own_text(db.session(), territory.id, code)
    shown = own or _Usual(code)
    form = LetterTextForm(obj=shown)
    if not form.validate_on_submit():
        return _page(territory, code, form, own is not None)
    if replay := once.replayed(form):
        return replay
    try:
        form.check_version(shown)
    except Conflict:
        db.session.rollback()
        current = LetterTextForm(formdata=None, obj=shown)
        back = url_for(".index", territory_id=territory_id)
        return conflicts.page(form, shown, current, submit="Enregistrer ma version", cancel_url=back)
    words = Words(form.opening.data or "", form.closing.data or "")
    letter_texts.rewrite(db.session(), territory, code, words, by=access.current().user_id)
    flash("Le texte est enregistré\u00a0: les prochaines lettres le portent.", "done")
    return once.commit(form, request.path)


class _Usual:
    """The usual words, as a thing that can be edited."""

    version = 0

    def __init__(self, code: LetterCode) -> None:
        self.opening, self.closing = DEFAULTS[code].opening, DEFAULTS[code].closing


def _page(territory: Territory, code: LetterCode, form: LetterTextForm, own: bool) -> ResponseReturnValue:
    words = Words(form.opening.data or "", form.closing.data or "")
    return page(
        "administrators/letter.html",
        form,
        territory=territory,
        code=code,
        own=own,
        preview=reminders.sample(db.session(), territory, words, clock.today()),
    )


def _restore(territory_id: int, code: LetterCode) -> ResponseReturnValue:
    territory = access.territory_or_404(territory_id, lock=True)
    return sheets.press(
        lambda: letter_texts.restore(db.session(), territory, code, by=access.current().user_id),
        url_for(".index", territory_id=territory_id),
        "Les prochaines lettres portent de nouveau le texte proposé.",
    )
