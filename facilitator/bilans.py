"""Bilans: loads what a buyer’s page and workbook are made of, in a number of selects that does not grow."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from facilitator import bilan_people, bilan_scopes, compliance, statements
from facilitator.awards import Award
from facilitator.bilan import (
    Bilan,
    Company,
    Contracts,
    LateDocument,
    LotDetail,
    LotLine,
    MarketLine,
    PenaltyOutcome,
    Publics,
    Situation,
)
from facilitator.bilan_scopes import Followed, Scope
from facilitator.commitments import ExpectedDocument
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.paperwork import DocumentKind, public_label
from facilitator.penalty_files import PenaltyFile
from facilitator.penalty_words import PenaltyReason
from facilitator.rules import Rules
from facilitator.statement import Statement
from facilitator.territories import rules_by_territory
from facilitator.vocabulary import AwardRole, ClauseKind, GroupementForm, SurveyGroup, ToleranceKind

NO_CONTRACTS = Contracts(dict.fromkeys(SurveyGroup, 0), 0, 0, 0)


def situation(
    session: Session,
    buyer_id: int,
    on: datetime.date,
    *,
    market_id: int | None = None,
    territory_id: int | None = None,
) -> Situation:
    """Where the markets of a buyer stand at the close of a day; all, or one, or those of one territory."""
    rows = bilan_scopes.followed_rows(session, buyer_id)
    return _situation(session, bilan_scopes.only(bilan_scopes.scope(rows, territory_id), market_id), on)


def of_authority(
    session: Session,
    buyer: Organisation,
    on: datetime.date,
    made_on: datetime.date,
    market: Market | None = None,
    territory_id: int | None = None,
    lot_id: int | None = None,
) -> Bilan:
    """The whole bilan of a buyer, of one of its markets or of one lot; refuses a day later than the one on which it is drawn up.

    Small counts of people are masked as in the bilan of all its markets: two workbooks never tell more than one.
    """
    statements.refuse_future(on, made_on)
    rows = bilan_scopes.followed_rows(session, buyer.id)
    scope = bilan_scopes.scope(rows, territory_id)
    asked = bilan_scopes.only(scope, market.id if market else None, lot_id)
    found = _situation(session, asked, on)
    rules = _rules(session, rows, on)
    everything = {row.lot_id: scope.shared.get(row.lot_id, row.lot_id) for row in rows if row.lot_id}
    whole = market is None and territory_id is None
    lots = {lot.lot_id: lot for lot in found.lots}
    details, total, criteria = _details(session, buyer.id, on, everything, lots, rules, whole)
    return Bilan(
        situation=found,
        made_on=made_on,
        market=found.markets[0] if market and found.markets else None,
        territory=asked.markets[0].row.territory if territory_id and asked.markets else None,
        companies=tuple(_companies(session, lots)),
        details=details,
        total=total,
        criteria=criteria if whole else None,
        documents=tuple(_documents(session, lots, on)),
        rules=dict(rules[row.territory_id] for market in asked.markets for row in market.rows),
        lot=found.lots[0] if lot_id and found.lots else None,
    )


def _situation(session: Session, scope: Scope, on: datetime.date) -> Situation:
    found, rules = statements.of_lots_with_rules(session, scope.lot_ids(), on)
    files = _penalty_files(session, found, on)
    markets = tuple(_market(each, scope, found, rules, on, files) for each in scope.markets)
    # Where several territories meet in one sum, the rythme is named by the usual thresholds.
    common = next(iter(rules.values())) if len(rules) == 1 else Rules()
    total = _sum([lot.statement for market in markets for lot in market.lots], on, common)
    return Situation(scope.buyer, scope.siret, on, markets, total)


def _market(
    followed: Followed,
    scope: Scope,
    found: Mapping[int, Statement],
    rules: Mapping[int, Rules],
    on: datetime.date,
    files: Mapping[int, tuple[PenaltyOutcome, ...]],
) -> MarketLine:
    row = followed.row
    names = bilan_scopes.territories_by_lot(followed, scope)
    lots = tuple(
        LotLine(
            lot_id=each.lot_id,
            market_id=row.market_id,
            market=row.decp_id,
            object=row.object,
            number=each.number,
            title=each.title,
            cpv=each.cpv,
            territory=names[each.lot_id],
            clause=ClauseKind(each.clause).label if each.clause else None,
            groupement_form=GroupementForm(each.groupement_form),
            tolerance_kind=ToleranceKind(each.tolerance_kind),
            tolerance_percent=each.tolerance_percent,
            statement=found[each.lot_id],
            files=files.get(each.lot_id, ()),
        )
        for each in followed.rows
        if each.lot_id and each.lot_id not in scope.shared
    )
    return MarketLine(
        market_id=row.market_id,
        market=row.decp_id,
        buyer_number=row.buyer_number,
        object=row.object,
        notified_on=row.notified_on,
        territory=" et ".join(followed.territories),
        lots=lots,
        statement=_sum([lot.statement for lot in lots], on, rules.get(row.territory_id, Rules())),
    )


def _penalty_files(
    session: Session, lot_ids: Iterable[int], on: datetime.date
) -> dict[int, tuple[PenaltyOutcome, ...]]:
    """The penalty files of lots as they stood at the close of a day (one select)."""
    rows = session.execute(
        select(PenaltyFile, Lot.number, Lot.title, func.coalesce(Organisation.name, Organisation.identifier))
        .join(Organisation, Organisation.id == PenaltyFile.company_id)
        .join(Lot, Lot.id == PenaltyFile.lot_id)
        .where(PenaltyFile.lot_id.in_(set(lot_ids)))
        .order_by(PenaltyFile.id)
    )
    found: dict[int, tuple[PenaltyOutcome, ...]] = {}
    for file, number, title, company in rows:
        progress = file.progress.at(on)
        if progress is not None:
            outcome = PenaltyOutcome(
                file.id,
                f"Lot {number} – {title}",
                file.award_id,
                company,
                file.amount,
                progress,
                PenaltyReason(file.reason) if file.reason and progress.decision else None,
                file.settlement_number if progress.settled_on else None,
            )
            found[file.lot_id] = (*found.get(file.lot_id, ()), outcome)
    return found


def _sum(several: Sequence[Statement], on: datetime.date, rules: Rules) -> Statement:
    """Add lots up; a single one is its own sum, which knows more (the month of its target)."""
    return several[0] if len(several) == 1 else compliance.add_up(several, on, rules)


def _rules(session: Session, rows: Sequence[Any], on: datetime.date) -> dict[int, tuple[str, Rules]]:
    """By territory: its name and its rules in force on a day (one select)."""
    names = {row.territory_id: row.territory for row in rows if row.market_id}
    dated = rules_by_territory(session, set(names))
    return {each: (name, dated[each].on(on)) for each, name in names.items()}


def _details(
    session: Session,
    buyer_id: int,
    on: datetime.date,
    everything: Mapping[int, int],
    lots: Mapping[int, LotLine],
    rules: Mapping[int, tuple[str, Rules]],
    whole: bool,
) -> tuple[dict[int, LotDetail], LotDetail, Any]:
    """People, contracts and follow-ups of each lot of the bilan, and of all; what no sum may give back is masked."""
    threshold = max((each.small_cell for _, each in rules.values()), default=Rules().small_cell)
    order = list(dict.fromkeys(everything.values()))
    team = bilan_people.staff(session, buyer_id, on, everything)
    publics, all_publics, criteria = bilan_people.publics(team, order, threshold)
    served = bilan_people.served(session, buyer_id, on, everything, lambda each: _once(rules, each))
    paths = bilan_people.follow_ups(session, on, everything, order, threshold, set(lots))
    details = {
        lot_id: LotDetail(
            publics[lot_id],
            bilan_people.counted(served.get(lot_id, ())),
            paths.by_line[lot_id],
        )
        for lot_id in lots
    }
    inside = {person for lot_id in lots for person in team.by_line.get(lot_id, ())}
    total = LotDetail(
        all_publics if whole else Publics(len(inside), {}),
        bilan_people.counted(each for lot_id in lots for each in served.get(lot_id, ())),
        paths.total,
    )
    return details, total, criteria


def _once(rules: Mapping[int, tuple[str, Rules]], territory_id: int) -> bool:
    return rules[territory_id][1].successive_missions_once


def _companies(session: Session, lots: Mapping[int, LotLine]) -> Iterable[Company]:
    parent, over = aliased(Award), aliased(Organisation)
    rows = session.execute(
        select(
            Award.lot_id,
            Award.id,
            Organisation.name,
            Organisation.identifier,
            Award.role,
            over.name,
            over.identifier,
        )
        .join(Organisation, Organisation.id == Award.organisation_id)
        .outerjoin(parent, parent.id == Award.parent_id)
        .outerjoin(over, over.id == parent.organisation_id)
        .where(Award.lot_id.in_(lots))
        .order_by(Award.id)
    )
    by_lot: dict[int, list[Company]] = {}
    for lot_id, award_id, name, identifier, role, over_name, over_identifier in rows:
        lot = lots[lot_id]
        figures = next((each for each in lot.statement.awards if each.award_id == award_id), None)
        under = over_name or over_identifier
        company = Company(lot, award_id, name or identifier, identifier, AwardRole(role), under, figures)
        by_lot.setdefault(lot_id, []).append(company)
    return (company for lot_id in lots for company in by_lot.get(lot_id, ()))


def _documents(session: Session, lots: Mapping[int, LotLine], on: datetime.date) -> Iterable[LateDocument]:
    """Documents late at the close of a day; one received later was still awaited then."""
    rows = session.execute(
        select(
            ExpectedDocument.lot_id,
            ExpectedDocument.kind,
            ExpectedDocument.label,
            ExpectedDocument.contract_id,
            ExpectedDocument.expected_on,
            ExpectedDocument.received_on,
            Lot.late_document_rate,
        )
        .join(Lot, Lot.id == ExpectedDocument.lot_id)
        .where(ExpectedDocument.lot_id.in_(lots), ExpectedDocument.expected_on < on)
        .order_by(ExpectedDocument.expected_on, ExpectedDocument.id)
    )
    for lot_id, kind, label, contract_id, expected_on, received_on, rate in rows:
        days = compliance.days_late(expected_on, received_on, on)
        if days:
            amount = (
                None if rate is None else compliance.late_document_penalty(expected_on, received_on, rate, on)
            )
            known = received_on if received_on and received_on <= on else None
            named = public_label(DocumentKind(kind), label, contract_id is not None)
            yield LateDocument(lots[lot_id], named, expected_on, known, days, rate, amount)
