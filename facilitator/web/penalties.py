"""Facilitators: what a lot would cost, the constat once it has ended, and answers to companies' difficulties."""

from typing import Any

from flask import Blueprint, current_app, url_for
from flask.typing import ResponseReturnValue

from facilitator import (
    access,
    difficulties,
    french,
    journal,
    penalty_constats,
    penalty_dues,
    penalty_files,
    penalty_lists,
    penalty_mails,
    visibility,
)
from facilitator.db import db
from facilitator.difficulties import Difficulty
from facilitator.forms.penalties import ConstatForm, DifficultyAnswerForm, WithdrawForm
from facilitator.markets import Lot
from facilitator.penalty_cases import Case
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyState
from facilitator.web import acts, clock, lot_pages, penalty_pages, penalty_simulations
from facilitator.web.answers import page
from facilitator.web.penalty_pages import Crumbs, Link, Reader
from facilitator.web.sheets import Sheet

blueprint = Blueprint("penalties", __name__)
WHOLE = "lot"  # the lot answers, not one of its companies


@blueprint.get("/lots/<int:lot_id>/penalite")
def of_lot(lot_id: int) -> ResponseReturnValue:
    """The simulator, the files of the lot, and what its companies signalled."""
    lot, session = lot_pages.lot_or_404(lot_id), db.session()
    files = visibility.penalty_files(access.current())
    supposed = penalty_simulations.asked(lot)
    return page(
        "facilitators/lots/penalty.html",
        supposed.pop("form"),
        lot=lot,
        tabs_of_lot=lot_pages.tabs(lot.id, "penalties.of_lot"),
        files=penalty_lists.rows(session, files, PenaltyFile.lot_id == lot.id),
        told=difficulties.of_lot(session, lot.id),
        here=url_for(".of_lot", lot_id=lot.id),
        **supposed,
    )


@blueprint.route("/lots/<int:lot_id>/penalite/constater", methods=["GET", "POST"])
def state(lot_id: int) -> ResponseReturnValue:
    """State what a company owes: the figures of a day, kept for good."""
    lot, today = access.lot_or_404(lot_id, lock=True), clock.today()
    found = penalty_dues.of_lot(db.session(), lot, today)
    form = ConstatForm(data={"figures_on": today, "who": WHOLE})
    form.who.offer([(_key(each.award_id), _whom(each)) for each in found.dues] or [(WHOLE, "Le lot")])
    if form.validate_on_submit():
        answer = acts.do(
            form,
            lambda: _state(lot, form),
            lambda file: url_for(".show", file_id=file.id),
            "La pénalité est constatée. Le donneur d’ordre la voit sur sa page\u00a0: c’est à lui d’agir.",
        )
        if answer is not None:
            return answer
    return lot_pages.ask(
        lot_id,
        form,
        "Constater une pénalité",
        "Constater la pénalité",
        url_for(".of_lot", lot_id=lot_id),
        "Vous constatez\u00a0; le donneur d’ordre seul met en demeure, puis décide.",
    )


def _key(award_id: int | None) -> str:
    return WHOLE if award_id is None else str(award_id)


def _whom(due: penalty_dues.Due) -> str:
    name = due.label or "aucune entreprise désignée"
    scope = "le lot en entier" if due.award_id is None else "sa part"
    return f"{name} – {scope}, {french.euros(due.amount)} à ce jour"


def _state(lot: Lot, form: ConstatForm) -> PenaltyFile:
    file = penalty_constats.state(
        db.session(),
        lot,
        None if form.who.data == WHOLE else int(form.who.data or 0),
        figures_on=form.figures_on.data,
        on=clock.today(),
        by=access.current().user_id,
        clause_reference=form.clause_reference.data,
    )
    penalty_pages.tell(file, buyer=True, company=True)
    return file


def _crumbs(case: Case) -> Crumbs:
    lot = url_for(".of_lot", lot_id=case.lot_id)
    return (("Lots", url_for("lots.index")), (case.lot, lot), ("Dossier de pénalité", None))


def _links(case: Case) -> list[Link]:
    if case.progress.state in (PenaltyState.stated, PenaltyState.notified):
        return [("Retirer le constat", url_for(".withdraw", file_id=case.id), False)]
    return []


READER = Reader("penalties", None, _crumbs, _links)


@blueprint.get("/penalites/<int:file_id>")
def show(file_id: int) -> ResponseReturnValue:
    """One file of the territory."""
    return penalty_pages.show(file_id, READER)


@blueprint.get("/penalites/<int:file_id>/courrier.pdf")
def letter(file_id: int) -> ResponseReturnValue:
    """One of its letters."""
    return penalty_pages.letter(file_id)


@blueprint.route("/penalites/<int:file_id>/retirer", methods=["GET", "POST"])
def withdraw(file_id: int) -> ResponseReturnValue:
    """Take the constat back, because facts changed."""
    file = access.penalty_file_or_404(file_id, lock=True)
    form = WithdrawForm(data={"version": file.version})
    back = url_for(".show", file_id=file_id)
    sheet = Sheet(
        "Retirer le constat",
        "Retirer le constat",
        back,
        crumbs=(("Dossier de pénalité", back), ("Retirer le constat", None)),
        intro="Le dossier sera clos\u00a0; un nouveau constat pourra être fait avec les chiffres d’aujourd’hui.",
    )
    return penalty_pages.take(
        file,
        form,
        sheet,
        lambda: penalty_files.withdraw(
            db.session(), file, form.reason.data or "", on=clock.today(), by=access.current().user_id
        ),
        "Le constat est retiré.",
        buyer=True,
        company=True,
    )


@blueprint.route("/difficultes/<int:difficulty_id>/repondre", methods=["GET", "POST"])
def answer(difficulty_id: int) -> ResponseReturnValue:
    """Answer a company's difficulty, once."""
    difficulty = access.difficulty_or_404(difficulty_id, lock=True)
    lot_id = difficulty.lot_id
    form = DifficultyAnswerForm()
    back = url_for(".of_lot", lot_id=lot_id)
    if form.validate_on_submit():
        said = acts.do(
            form, lambda: _answer(difficulty, form), back, "La réponse est envoyée à l’entreprise."
        )
        if said is not None:
            return said
    return page(
        "penalties/answer.html",
        form,
        told=[each for each in difficulties.of_lot(db.session(), lot_id) if each[0].id == difficulty_id],
        lot=lot_pages.lot_or_404(lot_id),
        back=back,
    )


def _answer(difficulty: Difficulty, form: DifficultyAnswerForm) -> Any:
    session = db.session()
    difficulties.answer(
        session, difficulty, form.answer.data or "", on=clock.today(), by=access.current().user_id
    )
    base = current_app.config["SETTINGS"].base_url.rstrip("/")
    link = f"{base}{url_for('companies.lot', lot_id=difficulty.lot_id)}"
    return penalty_mails.tell_of_difficulty(session, difficulty, at=journal.now(), link=link)
