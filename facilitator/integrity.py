"""Does the database still say what it must? Every stored figure is recomputed, every sum added again."""

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from facilitator import (
    associated_lots,
    attestation_watch,
    journal_chain,
    statements,
    stored_paths,
    survey_campaigns,
    verdicts,
)
from facilitator.associated_lots import ASSOCIATED_LOT, PILOT_LOT
from facilitator.attestations import Attestation
from facilitator.awards import Award
from facilitator.commitments import LedgerLine
from facilitator.compliance import refuse_negative
from facilitator.contracts import Contract, PlacementContract
from facilitator.french import date as french_date
from facilitator.french import hours as french_hours
from facilitator.frozen_bilans import FrozenBilan
from facilitator.hours import Share, Timesheet
from facilitator.ledger import as_fact
from facilitator.markets import Lot
from facilitator.placements import Placement
from facilitator.statement import Statement
from facilitator.vocabulary import Standing

CHUNK = 500  # lots whose statements are computed at once


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and what does not."""

    code: str
    label: str
    faults: tuple[str, ...]


def checks(session: Session, on: datetime.date) -> Iterator[Check]:
    """Each check in turn, with the sentence of each fault."""
    yield Check("drift", "Verdicts des heures", tuple(_drift(session)))
    yield Check("identity", "Heures déclarées de chaque lot", tuple(_identity(session, on)))
    yield Check("shares", "Parts des relevés", tuple(_shares_above_worked(session)))
    yield Check("transfers", "Transferts entre entreprises", tuple(_transfers(session)))
    yield Check("ledger", "Heures engagées", tuple(_ledger(session)))
    yield Check("places", "Rattachements", tuple(_places(session)))
    yield Check("paths", "Parcours et sorties", tuple(_paths(session)))
    yield Check("attestations", "Attestations délivrées", tuple(_attestations(session)))
    yield Check("frozen", "Bilans envoyés", tuple(_frozen(session)))
    yield Check("surveys", "Enquêtes transmises", tuple(survey_campaigns.faults(session)))
    yield Check("journal", "Journal scellé de chaque lot", tuple(journal_chain.faults(session)))
    yield Check("orphans", "Lignes orphelines", tuple(_orphans(session)))


def _drift(session: Session) -> Iterator[str]:
    for share_id, stored, computed in verdicts.drift(session):
        yield f"part {share_id}\u00a0: enregistré {_said(stored)}, calculé {_said(computed)}"


def _said(columns: verdicts.Columns) -> str:
    standing, retained, _, reason, *_ = columns
    return f"{standing} {french_hours(retained)}" + (f" ({reason})" if reason else "")


def _paths(session: Session) -> Iterator[str]:
    for person_id in stored_paths.drift(session):
        yield f"personne {person_id}\u00a0: son parcours enregistré n’est pas celui de ses mises à l’emploi"


def _identity(session: Session, on: datetime.date) -> Iterator[str]:
    """R5: déclarées = retenues + non retenues + en attente + refusées, and the sum of the shares themselves."""
    ids = list(session.scalars(select(Lot.id).order_by(Lot.id)))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        sums = _declared(session, chunk, on)
        for lot_id, found in _statements(session, chunk, on):
            if found is None:
                yield f"lot {lot_id}\u00a0: des heures validées ne sont ni retenues ni expliquées"
                continue
            parts = found.retained + found.unretained + found.awaiting + found.refused
            if not found.declared == parts == sums[lot_id]:
                yield (
                    f"lot {lot_id}\u00a0: déclarées {french_hours(found.declared)}, parties {french_hours(parts)},"
                    f" relevés {french_hours(sums[lot_id])}"
                )


def _statements(
    session: Session, lots: list[int], on: datetime.date
) -> Iterator[tuple[int, Statement | None]]:
    """All at once; one by one when a lot’s facts contradict themselves so much that it has no statement (None)."""
    try:
        yield from statements.of_lots(session, lots, on).items()
    except ValueError:
        if len(lots) == 1:
            yield lots[0], None
            return
        for lot_id in lots:
            yield from _statements(session, [lot_id], on)


def _declared(session: Session, lots: list[int], on: datetime.date) -> dict[int, Decimal]:
    """Hours of each lot by its relevés; those of an associated territory stand on the pilot’s lot too."""
    told, hours = (Share.to_on <= on, Share.standing != Standing.outside), func.sum(Share.hours)
    own = select(Share.lot_id, hours).where(Share.lot_id.in_(lots), *told).group_by(Share.lot_id)
    lent = (
        associated_lots.pairs(PILOT_LOT.id, hours)
        .join(Share, Share.lot_id == ASSOCIATED_LOT.id)
        .where(PILOT_LOT.id.in_(lots), *told)
        .group_by(PILOT_LOT.id)
    )
    found = dict.fromkeys(lots, Decimal(0))
    for query in (own, lent):
        for lot_id, declared in session.execute(query):
            found[lot_id] += declared
    return found


def _shares_above_worked(session: Session) -> Iterator[str]:
    rows = session.execute(
        select(Timesheet.id, Timesheet.worked, func.sum(Share.hours))
        .join(Share, Share.timesheet_id == Timesheet.id)
        .group_by(Timesheet.id, Timesheet.worked, Timesheet.training)
        .having(or_(func.sum(Share.hours) > Timesheet.worked, func.sum(Share.training) > Timesheet.training))
    )
    for sheet_id, worked, shared in rows:
        yield f"relevé {sheet_id}\u00a0: {french_hours(shared)} réparties pour {french_hours(worked)} travaillées"


def _transfers(session: Session) -> Iterator[str]:
    rows = session.execute(
        select(LedgerLine.transfer_key, LedgerLine.lot_id, func.sum(LedgerLine.delta))
        .where(LedgerLine.transfer_key.is_not(None))
        .group_by(LedgerLine.transfer_key, LedgerLine.lot_id)
        .having(func.sum(LedgerLine.delta) != Decimal(0))
    )
    for key, lot_id, total in rows:
        yield f"lot {lot_id}, transfert {key}\u00a0: la somme vaut {french_hours(total)} au lieu de 0"


def _ledger(session: Session) -> Iterator[str]:
    """No lot and no company ever owes less than nothing."""
    lines = session.scalars(
        select(LedgerLine).order_by(LedgerLine.lot_id, LedgerLine.id).execution_options(yield_per=CHUNK)
    )
    for lot_id, theirs in groupby(lines, key=lambda line: line.lot_id):
        day = refuse_negative([as_fact(line) for line in theirs])
        if day is not None:
            yield f"lot {lot_id}\u00a0: engagement négatif au {french_date(day)}"


def _places(session: Session) -> Iterator[str]:
    """What hangs on something stands on its lot, in its territory, and is of the same person and employer."""
    strangers = {
        "ligne d’engagement": select(LedgerLine.id)
        .join(Award, Award.id == LedgerLine.award_id)
        .where(Award.lot_id != LedgerLine.lot_id),
        "mise à l’emploi": select(Placement.id)
        .join(Award, Award.id == Placement.award_id)
        .where(or_(Award.lot_id != Placement.lot_id, Award.territory_id != Placement.territory_id)),
        "part": select(Share.id)
        .join(Timesheet, Timesheet.id == Share.timesheet_id)
        .join(Placement, Placement.id == Share.placement_id)
        .join(Award, Award.id == Share.award_id)
        .where(
            or_(
                Timesheet.person_id != Share.person_id,
                Placement.person_id != Share.person_id,
                Timesheet.territory_id != Share.territory_id,
                Award.lot_id != Share.lot_id,
                and_(Placement.lot_id != Share.lot_id, Share.globalisation_id.is_(None)),
            )
        ),
        "relevé": select(Timesheet.id)
        .join(Contract, Contract.id == Timesheet.contract_id)
        .where(
            or_(Contract.person_id != Timesheet.person_id, Contract.territory_id != Timesheet.territory_id)
        ),
        "contrat": select(Contract.id)
        .join(PlacementContract, PlacementContract.contract_id == Contract.id)
        .join(Placement, Placement.id == PlacementContract.placement_id)
        .where(or_(Contract.person_id != Placement.person_id, Contract.employer_id != Placement.employer_id)),
    }
    for what, query in strangers.items():
        for found in session.scalars(query):
            yield f"{what} {found}\u00a0: à un autre lot, une autre personne, un autre employeur ou un autre territoire que son rattachement"


def _attestations(session: Session) -> Iterator[str]:
    """The file of each is the one that was issued, and those still valid hold."""
    for id_, pdf, digest in session.execute(
        select(Attestation.id, Attestation.pdf, Attestation.pdf_sha256)
        .order_by(Attestation.id)
        .execution_options(yield_per=20)
    ):
        if hashlib.sha256(pdf).hexdigest() != digest:
            yield f"attestation {id_}\u00a0: le fichier n’est plus celui qui a été délivré"
    for issued, now in attestation_watch.fallen(session):
        yield (
            f"attestation {issued.id}\u00a0: valable, alors qu’il manque {french_hours(now.missing)} au"
            f" {french_date(issued.closed_on)}"
        )


def _frozen(session: Session) -> Iterator[str]:
    """Both files of each bilan are those that were sent."""
    columns = (FrozenBilan.pdf, FrozenBilan.pdf_sha256, FrozenBilan.workbook, FrozenBilan.workbook_sha256)
    for id_, pdf, pdf_digest, workbook, workbook_digest in session.execute(
        select(FrozenBilan.id, *columns).order_by(FrozenBilan.id).execution_options(yield_per=20)
    ):
        for what, content, digest in (("PDF", pdf, pdf_digest), ("classeur", workbook, workbook_digest)):
            if hashlib.sha256(content).hexdigest() != digest:
                yield f"bilan {id_}\u00a0: le {what} n’est plus celui qui a été envoyé"


def _orphans(session: Session) -> Iterator[str]:
    """PostgreSQL never accepts one; SQLite may have been written with its foreign keys off."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"{table}, ligne {row}\u00a0: ce qu’elle désigne dans {parent} n’existe pas"
