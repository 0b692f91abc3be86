"""Penalties of the demonstration: one that waits for its buyer's decision, one reduced, a difficulty with its answer."""

import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import difficulties, penalty_constats, penalty_files, statements
from facilitator.awards import Award
from facilitator.db import CENT
from facilitator.demo.organisations import Cast
from facilitator.markets import Lot, Market
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyDecision, PenaltyReason
from facilitator.statement import Statement
from facilitator.vocabulary import AwardRole

DAYS = datetime.timedelta
Missed = tuple[Lot, Award, Statement]


def tell(session: Session, territory_id: int, cast: Cast, on: datetime.date, by: int) -> None:
    """Take the two lots that missed most hours, the first of the demonstration buyer where there is one."""
    missed = _missed(session, territory_id, on)
    own = [each for each in missed if _buyer(session, each[0]) == cast.buyers[0].id]
    chosen = [*own[:1], *(each for each in missed if each not in own)][:2]
    if chosen:
        _signal(session, chosen[0], on, by)
        _answered(session, _noticed(session, chosen[0], on, by), on)
    for each in chosen[1:]:
        _reduced(session, _noticed(session, each, on, by), on)


def _missed(session: Session, territory_id: int, on: datetime.date) -> list[Missed]:
    """The lots of one company that ended with a penalty due, the largest first."""
    rows = session.execute(
        select(Lot, Award)
        .join(Award, Award.lot_id == Lot.id)
        .where(Lot.territory_id == territory_id, Award.role == AwardRole.titulaire)
        .order_by(Lot.id)
    ).all()
    found = statements.of_lots(session, [lot.id for lot, _ in rows], on)
    kept = [
        (lot, place, found[lot.id])
        for lot, place in rows
        if found[lot.id].penalty_due > 0 and not found[lot.id].awaiting
    ]
    return sorted(kept, key=lambda each: (-each[2].penalty_due, each[0].id))


def _buyer(session: Session, lot: Lot) -> int:
    return session.get_one(Market, lot.market_id).buyer_id


def _noticed(session: Session, missed: Missed, on: datetime.date, by: int) -> PenaltyFile:
    """Stated soon after the end (or lately, for an old lot), and notified three days later."""
    lot, _, at = missed
    assert at.end is not None
    stated_on = min(on, max(at.end + DAYS(5), on - DAYS(40)))
    file = penalty_constats.state(
        session,
        lot,
        None,
        figures_on=stated_on,
        on=stated_on,
        by=by,
        clause_reference="CCAP, article «\u00a0insertion\u00a0»",
    )
    penalty_files.give_notice(session, file, min(on, stated_on + DAYS(3)), 15, on=on, by=None)
    return file


def _signal(session: Session, missed: Missed, on: datetime.date, by: int) -> None:
    _, place, at = missed
    assert at.end is not None
    happened = at.end - DAYS(75)
    difficulty = difficulties.signal(
        session,
        place,
        happened,
        "Trois structures d’insertion appelées et deux offres déposées\u00a0: aucun candidat pour ce métier.",
        "Reporter une partie des heures sur l’entretien, où des candidats existent.",
        on=happened + DAYS(2),
        by=None,
    )
    difficulties.answer(
        session,
        difficulty,
        "Deux candidats ont été proposés la semaine suivante\u00a0; le report se demande au donneur d’ordre.",
        on=happened + DAYS(9),
        by=by,
    )


def _answered(session: Session, file: PenaltyFile, on: datetime.date) -> None:
    assert file.notice_on is not None
    penalty_files.record_observations(
        session,
        file,
        "Nous avons recruté dès qu’un candidat était proposé. Nous demandons de tenir compte de nos recherches.",
        min(on, file.notice_on + DAYS(6)),
        organisation_id=file.company_id,
        on=on,
        by=None,
    )


def _reduced(session: Session, file: PenaltyFile, on: datetime.date) -> None:
    _answered(session, file, on)
    assert file.observed_on is not None
    penalty_files.decide(
        session,
        file,
        PenaltyDecision.reduce,
        amount=_half(file.amount),
        reason=PenaltyReason.vain_searches,
        note="Les recherches de l’entreprise sont datées et prouvées.",
        on=min(on, file.observed_on + DAYS(10)),
        by=None,
    )


def _half(amount: Decimal) -> Decimal:
    return (amount / 2).quantize(CENT)
