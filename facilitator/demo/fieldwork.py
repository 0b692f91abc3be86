"""Around the hours: papers expected in every state, actions of the facilitator, and what the other side says of waiting hours."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import documents, field_actions, markets, second_answers
from facilitator.awards import Award
from facilitator.commitments import ExpectedDocument
from facilitator.contracts import Contract
from facilitator.demo.sites import Site
from facilitator.documents import Wanted
from facilitator.field_actions import About, What
from facilitator.hours import Share, Timesheet
from facilitator.penalty_files import PenaltyFile
from facilitator.periods import add_months, first_of_month
from facilitator.placements import Placement
from facilitator.second_answers import ANSWERER, Said, Speaker
from facilitator.sendings import Sending
from facilitator.vocabulary import DocumentKind, FieldActionKind, TimesheetState

ACTIONS = (
    (FieldActionKind.meeting, 90, 120, "Réunion de lancement avec le conducteur de travaux"),
    (FieldActionKind.visit, 45, 75, "Visite du chantier, rencontre des deux personnes en poste"),
    (FieldActionKind.call, 15, 12, "Point sur les besoins des trois prochains mois"),
    (FieldActionKind.email, 9, 10, None),
)  # (kind, days ago, minutes, text)
WARNINGS = (
    (FieldActionKind.visit, 75, 60, "Point de chantier\u00a0: les besoins d’embauche sont revus"),
    (FieldActionKind.call, 48, 15, "Rappel des heures qui manquent, deux candidats proposés"),
    (FieldActionKind.letter, 20, 20, "Rappel écrit des heures qui manquent à la fin du lot"),
)  # before the constat


def tell(session: Session, places: Sequence[Site], on: datetime.date, by: int) -> None:
    """Papers and actions on the first lots at work, and answers about hours that wait."""
    running = [place for place in places if place.awards and place.start <= on <= place.end][:3]
    for place in running:
        _papers(session, place, on, by)
        _actions(session, place, on, by)
    if running:
        _with_the_company(session, running[0].awards[0], on, by)
    _answers(session, running[0].lot.territory_id if running else 0)


def _ago(on: datetime.date, days: int) -> datetime.date:
    return on - datetime.timedelta(days=days)


def _papers(session: Session, place: Site, on: datetime.date, by: int) -> None:
    """One seen, one sent back, one to see, one late, one to come; the contract counts the days of delay."""
    if place.lot.late_document_rate is None:
        markets.amend_lot(session, place.lot, late_document_rate=Decimal(40), by=by)
    award, month = place.awards[0], add_months(first_of_month(on), -1)

    def expected(
        kind: DocumentKind, days: int, label: str | None = None, of: datetime.date | None = None
    ) -> ExpectedDocument:
        wanted = Wanted(kind, award.id, month=of)
        return documents.expect(session, place.lot, label, _ago(on, days), by=by, wanted=wanted)

    seen = expected(DocumentKind.urssaf, 60)
    documents.receive(session, seen, _ago(on, 61), on=on, by=by, filed="Classeur des marchés, onglet du lot")
    documents.accept(session, seen, on=_ago(on, 58), by=by)
    unsigned = expected(DocumentKind.hours_proof, 30, of=add_months(month, -1))
    documents.receive(session, unsigned, _ago(on, 26), on=on, by=by)
    documents.send_back(
        session,
        unsigned,
        "La signature du chef de chantier manque.",
        on + datetime.timedelta(days=7),
        on=on,
        by=by,
    )
    documents.receive(session, expected(DocumentKind.minutes, 12), _ago(on, 13), on=on, by=by)
    expected(DocumentKind.hours_proof, 8, of=month)
    others = session.scalars(
        select(Award.id).where(Award.lot_id == place.lot.id, Award.id != award.id).order_by(Award.id)
    )
    for other in others:
        wanted = Wanted(DocumentKind.urssaf, other)
        documents.expect(session, place.lot, None, _ago(on, 5), by=by, wanted=wanted)
    expected(DocumentKind.action_plan, -20, "Plan d’actions du second semestre")


def _actions(session: Session, place: Site, on: datetime.date, by: int) -> None:
    about = About(place.lot.territory_id, place.lot.id)
    for kind, days, minutes, text in ACTIONS:
        day = max(_ago(on, days), place.start)
        field_actions.note(session, about, What(kind, day, minutes, text), on=day, by=by)


def before_penalties(session: Session, territory_id: int, by: int) -> None:
    """What was done for a lot before its penalty was stated: it stands on the penalty’s file."""
    files = session.scalars(
        select(PenaltyFile).where(PenaltyFile.territory_id == territory_id).order_by(PenaltyFile.id)
    )
    for file in files:
        about = About(territory_id, file.lot_id)
        for kind, days, minutes, text in WARNINGS:
            day = _ago(file.progress.stated_on, days)
            field_actions.note(session, about, What(kind, day, minutes, text), on=day, by=by)


def _with_the_company(session: Session, award: Award, on: datetime.date, by: int) -> None:
    """A call noted too long, and the line that corrects it the next day."""
    about = About(award.territory_id, organisation_id=award.organisation_id)
    call = What(FieldActionKind.call, _ago(on, 6), 60, "Nouveau correspondant pour les heures")
    noted = field_actions.note(session, about, call, on=_ago(on, 6), by=by)
    right = What(FieldActionKind.call, _ago(on, 6), 20, "L’appel a duré vingt minutes")
    field_actions.correct(session, noted, right, on=_ago(on, 5), by=by)


def _answers(session: Session, territory_id: int) -> None:
    """Hours sent and certified by their employer: three confirmed by the other side, one contested, one not answered."""
    rows = session.execute(
        select(Share, Timesheet, Contract.employer_id, ANSWERER.label("answerer"))
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .join(Placement, Placement.id == Share.placement_id)
        .outerjoin(Sending, Sending.id == Timesheet.sending_id)
        .where(
            Share.territory_id == territory_id,
            Timesheet.state == TimesheetState.declared,
            Timesheet.sending_id.is_(None),
            ANSWERER.is_not(None),
        )
        .order_by(Share.id)
        .limit(5)
    ).all()
    for number, (share, sheet, employer_id, answerer) in enumerate(rows):
        sent_at = datetime.datetime.combine(sheet.declared_on, datetime.time(9), datetime.UTC)
        sending = Sending(
            organisation_id=employer_id, month=sheet.month, sent_at=sent_at, certified=True,
            sender_name="Alix Fictif", sender_position="chargée de paie",
        )  # fmt: skip
        session.add(sending)
        session.flush()
        sheet.sending_id = sending.id
        session.flush()
        if number == 4:
            continue
        said = (
            Said(share.id, share.hours - Decimal(7), "absent le dernier jour")
            if number == 0
            else Said(share.id)
        )
        assert answerer is not None  # asked for above
        by = Speaker(answerer, "Sacha Fictif")
        second_answers.answer(session, [said], by=by, at=sent_at + datetime.timedelta(days=2))
