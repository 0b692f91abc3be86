"""The compliance workbook of a buyer, beside a script that draws the same sums from a workbook of all lines."""

import io
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.filling import Filled
from bench.measure import Table, timed
from facilitator import bilans
from facilitator.commitments import LedgerLine
from facilitator.hours import Share
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.web.clock import today
from reports import compliance_workbook

HEADINGS = (
    "Acheteur", "Marché", "Lot", "Intitulé", "Personne", "Mois", "État", "Motif",
    "Heures", "Retenues", "Non retenues",
)  # fmt: skip


def write_lines(session: Session, filled: Filled, lines: int, path: Path) -> int:
    """The workbook of a facilitator without a database: one sheet of hours, one of hours owed."""
    book = openpyxl.Workbook(write_only=True)
    hours = book.create_sheet("Heures")
    hours.append(HEADINGS)
    written = 0
    while written < lines:  # the lines of the territory, as many times over as wanted
        for row in _rows(session, filled, lines - written):
            hours.append([float(cell) if isinstance(cell, Decimal) else cell for cell in row])
            written += 1
    owed = book.create_sheet("Engagements")
    owed.append(("Marché", "Engagées"))
    for market, value in _owed(session, filled):
        owed.append((market, float(value)))
    book.save(path)
    session.rollback()
    return written


def _rows(session: Session, filled: Filled, limit: int) -> Any:
    return session.execute(
        select(
            Organisation.name, Market.decp_id, Lot.number, Lot.title, Share.person_id, Share.month,
            Share.standing, Share.reason, Share.hours, Share.retained, Share.unretained,
        )
        .join(Lot, Lot.id == Share.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .join(Organisation, Organisation.id == Market.buyer_id)
        .where(Share.territory_id == filled.territory_id)
        .limit(limit)
    )  # fmt: skip


def _owed(session: Session, filled: Filled) -> Any:
    return session.execute(
        select(Market.decp_id, func.sum(LedgerLine.delta))
        .join(Lot, Lot.id == LedgerLine.lot_id)
        .join(Market, Market.id == Lot.market_id)
        .where(Lot.territory_id == filled.territory_id)
        .group_by(Market.decp_id)
    )


def the_excel_way(path: Path, buyer: str) -> bytes:
    """Read the workbook by calamine, group, join what is owed, write the sheets: no layout, no chart."""
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine")
    lines = sheets["Heures"]
    mine = lines[lines["Acheteur"] == buyer]
    by_lot = mine.groupby(["Marché", "Lot", "Intitulé"])[["Heures", "Retenues", "Non retenues"]].sum()
    result = by_lot.reset_index().merge(sheets["Engagements"], on="Marché", how="left")
    result["Reste"] = (result["Engagées"] - result["Retenues"]).clip(lower=0)
    result["Taux"] = result["Retenues"] / result["Engagées"]
    months = mine.pivot_table(index=["Marché", "Lot"], columns="Mois", values="Retenues", aggfunc="sum")
    reasons = mine.groupby(["Marché", "Lot", "État", "Motif"], dropna=False)["Non retenues"].sum()
    written = io.BytesIO()
    with pd.ExcelWriter(written, engine="openpyxl") as writer:
        result.to_excel(writer, sheet_name="Lots", index=False)
        months.to_excel(writer, sheet_name="Mois")
        reasons.reset_index().to_excel(writer, sheet_name="Motifs")
    return written.getvalue()


def run(session: Session, engine: str, filled: Filled, lines: int, folder: Path) -> None:
    """Prints the script and ours, for a buyer of few lots and for one of many."""
    path = folder / "lines.xlsx"
    written = write_lines(session, filled, lines, path)
    table = Table(
        f"{engine} – compliance of one buyer, beside a workbook of {written} lines (goal ≥ 20 × at 285000)",
        ("what", "time", "times faster than the script"),
    )
    for buyer_id in (filled.buyer_id + 1, filled.buyer_id):
        name, lots, hours = _size(session, buyer_id)
        size = f"{lots} lots, {hours} lines"
        excel = timed(partial(the_excel_way, path, name))
        figures = timed(partial(_figures, session, buyer_id))
        whole = timed(partial(_ours, session, buyer_id))
        table.add(f"{size}: pandas + calamine, sums without layout", excel, "1")
        table.add(f"{size}: ours, the figures of its page", figures, f"{excel.median / figures.median:.1f}")
        table.add(f"{size}: ours, the whole workbook", whole, f"{excel.median / whole.median:.1f}")
    table.show()


def _size(session: Session, buyer_id: int) -> tuple[str, int, int]:
    """Name, lots and lines of hours of a buyer."""
    name = session.get_one(Organisation, buyer_id).name or ""
    lots, lines = session.execute(
        select(func.count(Lot.id.distinct()), func.count(Share.id))
        .join(Market, Market.id == Lot.market_id)
        .outerjoin(Share, Share.lot_id == Lot.id)
        .where(Market.buyer_id == buyer_id)
    ).one()
    session.rollback()
    return name, lots, lines


def _figures(session: Session, buyer_id: int) -> None:
    bilans.situation(session, buyer_id, today())
    session.rollback()


def _ours(session: Session, buyer_id: int) -> bytes:
    buyer = session.get_one(Organisation, buyer_id)
    built = compliance_workbook.build(bilans.of_authority(session, buyer, today(), today()))
    session.rollback()
    return built
