"""Companies: their own penalty files, what they answer, and the difficulties that they signal."""

from flask import Blueprint, abort, current_app, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, awards, difficulties, journal, penalty_files, penalty_mails
from facilitator.awards import Award
from facilitator.db import db
from facilitator.forms.penalties import DifficultyForm, ObservationsForm
from facilitator.french import date as french_date
from facilitator.penalty_cases import Case
from facilitator.penalty_words import PenaltyActor, PenaltyState
from facilitator.web import clock, lot_pages, penalty_pages, sheets
from facilitator.web.penalty_pages import Crumbs, Link, Reader
from facilitator.web.sheets import Sheet

blueprint = Blueprint("company_penalties", __name__, url_prefix="/entreprise")


def _crumbs(case: Case) -> Crumbs:
    lots, lot = url_for("companies.lots"), url_for("companies.lot", lot_id=case.lot_id)
    return (("Vos lots", lots), (case.lot, lot), ("Dossier de pénalité", None))


def _links(case: Case) -> list[Link]:
    if case.progress.notice_on is None or case.progress.state is PenaltyState.withdrawn:
        return []
    answering = case.progress.state is PenaltyState.notified
    return [("Écrire vos observations", url_for(".observe", file_id=case.id), answering)]


READER = Reader("company_penalties", PenaltyActor.company, _crumbs, _links)


@blueprint.get("/penalites/<int:file_id>")
def show(file_id: int) -> ResponseReturnValue:
    """One's own file."""
    return penalty_pages.show(file_id, READER)


@blueprint.get("/penalites/<int:file_id>/courrier.pdf")
def letter(file_id: int) -> ResponseReturnValue:
    """One of its letters."""
    return penalty_pages.letter(file_id)


@blueprint.route("/penalites/<int:file_id>/observations", methods=["GET", "POST"])
def observe(file_id: int) -> ResponseReturnValue:
    """Answer the mise en demeure."""
    file, today = access.penalty_file_or_404(file_id, lock=True), clock.today()
    form, back, deadline = ObservationsForm(), READER.url("show", file_id), file.progress.deadline
    intro = "Le donneur d’ordre les lira avant de décider."
    if deadline is not None and today > deadline:
        intro = f"Le délai a couru jusqu’au {french_date(deadline)}\u00a0: vos observations seront gardées, avec leur date."
    sheet = Sheet(
        "Écrire vos observations",
        "Envoyer vos observations",
        back,
        crumbs=(("Dossier de pénalité", back), ("Vos observations", None)),
        intro=intro,
    )
    member = access.current()
    return penalty_pages.take(
        file,
        form,
        sheet,
        lambda: penalty_files.record_observations(
            db.session(),
            file,
            form.text.data or "",
            today,
            organisation_id=member.organisation_id,
            on=today,
            by=member.user_id,
        ),
        "Vos observations sont transmises au donneur d’ordre.",
        buyer=True,
    )


@blueprint.route("/lots/<int:lot_id>/difficulte", methods=["GET", "POST"])
def signal(lot_id: int) -> ResponseReturnValue:
    """Signal a difficulty on a lot, with the searches made."""
    lot, member = lot_pages.lot_or_404(lot_id), access.current()
    place = awards.of_company(db.session(), lot_id, member.organisation_id)
    if place is None:
        abort(404)
    form, back = DifficultyForm(data={"happened_on": clock.today()}), url_for("companies.lot", lot_id=lot_id)
    sheet = Sheet(
        "Signaler une difficulté",
        "Envoyer au facilitateur",
        back,
        crumbs=(
            ("Vos lots", url_for("companies.lots")),
            (f"Lot {lot.number} – {lot.title}", back),
            ("Signaler une difficulté", None),
        ),
        intro="Le facilitateur vous répondra. Ce que vous signalez reste au dossier, avec sa date\u00a0: cela compte"
        " si une pénalité est un jour discutée. Votre donneur d’ordre le lira aussi.",
    )
    return sheets.answer(
        form, sheet, lambda: _signal(place, form, back), "La difficulté est signalée au facilitateur."
    )


def _signal(place: Award, form: DifficultyForm, back: str) -> str:
    session = db.session()
    difficulty = difficulties.signal(
        session,
        place,
        form.happened_on.data,
        form.searches.data or "",
        form.asked.data or "",
        on=clock.today(),
        by=access.current().user_id,
    )
    base = current_app.config["SETTINGS"].base_url.rstrip("/")
    link = f"{base}{url_for('penalties.answer', difficulty_id=difficulty.id)}"
    penalty_mails.tell_of_difficulty(session, difficulty, at=journal.now(), link=link)
    return back
