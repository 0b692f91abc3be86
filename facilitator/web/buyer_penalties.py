"""Buyers: what a lot would cost, and the penalties that they alone notify, decide and settle."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, difficulties, penalty_files, penalty_lists, visibility
from facilitator.db import db
from facilitator.forms.penalties import (
    DecisionForm,
    NoticeForm,
    ReceivedObservationsForm,
    SettleForm,
)
from facilitator.french import date as french_date
from facilitator.french import euros
from facilitator.penalty_cases import Case
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyActor, PenaltyDecision, PenaltyReason, PenaltyState
from facilitator.web import clock, lot_pages, penalty_pages, penalty_simulations
from facilitator.web.answers import page
from facilitator.web.penalty_pages import Crumbs, Link, Reader
from facilitator.web.sheets import Sheet

blueprint = Blueprint("buyer_penalties", __name__, url_prefix="/mes-marches")
USUAL_DELAY = 15  # days; what the CCAG leave at least


@blueprint.get("/penalites")
def index() -> ResponseReturnValue:
    """All penalties of the buyer's lots, those that wait for it first."""
    listed = penalty_lists.rows(db.session(), visibility.penalty_files(access.current()))
    return render_template("penalties/list.html", files=listed, on=clock.today())


@blueprint.get("/lots/<int:lot_id>/penalite")
def simulate(lot_id: int) -> ResponseReturnValue:
    """What the lot would cost «si le lot s’arrêtait aujourd’hui», and what its companies signalled."""
    lot = lot_pages.lot_or_404(lot_id)
    supposed = penalty_simulations.asked(lot)
    session, visible = db.session(), visibility.penalty_files(access.current())
    return page(
        "penalties/buyer_lot.html",
        supposed.pop("form"),
        lot=lot,
        files=penalty_lists.rows(session, visible, PenaltyFile.lot_id == lot.id),
        told=difficulties.of_lot(session, lot.id),
        here=url_for(".simulate", lot_id=lot.id),
        **supposed,
    )


def _crumbs(case: Case) -> Crumbs:
    home, listed = url_for("authorities.index"), url_for(".index")
    return (("Mes marchés", home), ("Pénalités", listed), (case.lot, None))


def _links(case: Case) -> list[Link]:
    state, ripe = case.progress.state, case.progress.ripe(clock.today())
    found: list[Link] = []
    if state is PenaltyState.stated:
        found.append(("Envoyer la mise en demeure", READER.url("notify", case.id), True))
    if ripe:
        found.append(("Décider de la pénalité", READER.url("decide", case.id), True))
    if state is PenaltyState.decided and case.progress.open:
        found.append(("Noter le décompte", READER.url("settle", case.id), True))
    if case.progress.notice_on is not None and state is not PenaltyState.withdrawn:
        found.append(("Noter des observations reçues", READER.url("observe", case.id), False))
    return found


READER = Reader("buyer_penalties", PenaltyActor.buyer, _crumbs, _links)


@blueprint.get("/penalites/<int:file_id>")
def show(file_id: int) -> ResponseReturnValue:
    """One file of the buyer."""
    return penalty_pages.show(file_id, READER)


@blueprint.get("/penalites/<int:file_id>/courrier.pdf")
def letter(file_id: int) -> ResponseReturnValue:
    """One of its letters."""
    return penalty_pages.letter(file_id)


def _sheet(file: PenaltyFile, heading: str, submit: str, intro: str) -> Sheet:
    """What stands around a step: the file's figures, and the way back."""
    case, back = penalty_lists.case_of(db.session(), file), READER.url("show", file.id)
    deadline = case.progress.deadline
    return Sheet(
        heading,
        submit,
        back,
        crumbs=(("Pénalités", url_for(".index")), (case.lot, back), (heading, None)),
        facts=(
            ("Entreprise", case.company.name),
            ("Marché", case.market),
            ("Montant constaté", euros(case.amount), f"constat du {french_date(case.progress.stated_on)}"),
            *((("Réponse attendue jusqu’au", french_date(deadline)),) if deadline else ()),
        ),
        intro=intro,
    )


@blueprint.route("/penalites/<int:file_id>/mise-en-demeure", methods=["GET", "POST"])
def notify(file_id: int) -> ResponseReturnValue:
    """Note the mise en demeure; its letter is then ready to sign."""
    file, today = access.penalty_file_or_404(file_id, lock=True), clock.today()
    form = NoticeForm(data={"version": file.version, "notice_on": today, "days": USUAL_DELAY})
    sheet = _sheet(
        file,
        "Envoyer la mise en demeure",
        "Enregistrer la mise en demeure",
        "La lettre sera prête à signer dès l’enregistrement\u00a0: envoyez-la en recommandé ou par votre profil"
        " d’acheteur. L’entreprise est aussi prévenue par courriel.",
    )
    return penalty_pages.take(
        file,
        form,
        sheet,
        lambda: penalty_files.give_notice(
            db.session(), file, form.notice_on.data, form.days.data, on=today, by=access.current().user_id
        ),
        "La mise en demeure est notée. Téléchargez sa lettre ci-dessous.",
        company=True,
    )


@blueprint.route("/penalites/<int:file_id>/observations", methods=["GET", "POST"])
def observe(file_id: int) -> ResponseReturnValue:
    """Note what the company answered by another way."""
    file, today = access.penalty_file_or_404(file_id, lock=True), clock.today()
    form = ReceivedObservationsForm(data={"received_on": today})
    sheet = _sheet(
        file,
        "Noter des observations reçues",
        "Garder ces observations",
        "Des observations reçues après le délai sont gardées aussi, avec leur date.",
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
            form.received_on.data,
            organisation_id=member.organisation_id,
            on=today,
            by=member.user_id,
        ),
        "Les observations sont gardées au dossier.",
    )


@blueprint.route("/penalites/<int:file_id>/decision", methods=["GET", "POST"])
def decide(file_id: int) -> ResponseReturnValue:
    """Apply, reduce or waive."""
    file = access.penalty_file_or_404(file_id, lock=True)
    form = DecisionForm(data={"version": file.version})
    sheet = _sheet(
        file,
        "Décider de la pénalité",
        "Enregistrer la décision",
        "Vous pouvez appliquer la pénalité, la réduire ou y renoncer. L’entreprise lira votre motif.",
    )
    return penalty_pages.take(
        file,
        form,
        sheet,
        lambda: penalty_files.decide(
            db.session(),
            file,
            PenaltyDecision(form.decision.data),
            amount=form.amount.data,
            reason=PenaltyReason(form.reason.data) if form.reason.data else None,
            note=form.note.data,
            on=clock.today(),
            by=access.current().user_id,
        ),
        "La décision est enregistrée. Sa lettre est prête à signer.",
        company=True,
    )


@blueprint.route("/penalites/<int:file_id>/decompte", methods=["GET", "POST"])
def settle(file_id: int) -> ResponseReturnValue:
    """Note the décompte that takes the penalty."""
    file, today = access.penalty_file_or_404(file_id, lock=True), clock.today()
    form = SettleForm(data={"version": file.version, "settled_on": today})
    sheet = _sheet(file, "Noter le décompte", "Noter le décompte", "Le dossier sera clos.")
    return penalty_pages.take(
        file,
        form,
        sheet,
        lambda: penalty_files.settle(
            db.session(),
            file,
            form.number.data or "",
            form.settled_on.data,
            on=today,
            by=access.current().user_id,
        ),
        "Le décompte est noté\u00a0: le dossier est clos.",
    )
