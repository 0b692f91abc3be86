"""Compliance: dated facts in, the statement of a lot on a day out; the verdict of one share beside it."""

from facilitator.lot_facts import AwardFact as AwardFact
from facilitator.lot_facts import DatedFact as DatedFact
from facilitator.lot_facts import HoursRow as HoursRow
from facilitator.lot_facts import LedgerFact as LedgerFact
from facilitator.lot_facts import LotFacts as LotFacts
from facilitator.periods import Interval as Interval
from facilitator.share_verdict import ShareFacts as ShareFacts
from facilitator.share_verdict import Verdict as Verdict
from facilitator.share_verdict import verdict as verdict
from facilitator.statement import AwardStatement as AwardStatement
from facilitator.statement import MonthFigures as MonthFigures
from facilitator.statement import PenaltyLine as PenaltyLine
from facilitator.statement import Statement as Statement
