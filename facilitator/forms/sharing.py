"""Forms of sharing out: one correction’s hours, and a month of a company over the lots of its agreement."""

from decimal import Decimal
from typing import Any

from wtforms import HiddenField

from facilitator.forms.base import TradeForm
from facilitator.forms.fields import CodeField, FrenchDateField, HoursField, TextField, required
from facilitator.french import hours as french_hours
from facilitator.french import short_date
from facilitator.hours import HoursRefused
from facilitator.sharing import Cell, Month, Row

ZERO = Decimal(0)


class WithdrawalForm(TradeForm):
    """The day from which the buyer of one lot takes its consent back."""

    lot = CodeField("Lot", validators=[required()])
    withdrawn_on = FrenchDateField(
        "Accord retiré à partir du",
        description="Les heures d’avant ce jour restent où elles sont.",
        validators=[required()],
    )


class MonthSharingForm(TradeForm):
    """The hours of each relevé of a month on each lot, and why those already shared out change."""

    seen = HiddenField()
    reason = TextField(
        "Motif, si des parts déjà écrites changent",
        longest=300,
        description="Ce motif reste sur chaque relevé corrigé.",
    )
    month: Month

    def cell(self, row: Row, cell: Cell) -> HoursField:
        """The field of a relevé on a lot."""
        field: HoursField = self[_name(row, cell)]
        return field

    def wanted(self) -> dict[tuple[int, int], Decimal | None]:
        """What was typed; a lot that is closed keeps what it has."""
        return {
            (row.sheet.id, cell.lot_id): self._typed(row, cell)
            for row in self.month.rows
            for cell in row.cells
        }

    def _typed(self, row: Row, cell: Cell) -> Decimal | None:
        return cell.hours if cell.closed else self[_name(row, cell)].data

    def shared(self, row: Row) -> Decimal:
        """The hours of a relevé that are shared out, as typed."""
        return sum((self._typed(row, cell) or ZERO for cell in row.cells), row.elsewhere)

    def total(self, lot_id: int) -> Decimal:
        """The hours of the month on a lot, as typed."""
        return sum((hours or ZERO for (_, lot), hours in self.wanted().items() if lot == lot_id), ZERO)

    def refuse_changed(self) -> None:
        """Refuse what was typed for a month that somebody changed since the page was opened; show it as it is now."""
        if (self.seen.data or "") == self.month.seen:
            return
        self.seen.data = self.month.seen
        for row in self.month.rows:
            for cell in row.cells:
                if not cell.closed and not self[_name(row, cell)].raw_data:
                    self[_name(row, cell)].data = cell.hours
        raise HoursRefused(
            "Les relevés de ce mois ont changé depuis l’ouverture de la page\u00a0: relisez-les, puis enregistrez."
        )

    def validate(self, *args: Any, **others: Any) -> bool:
        """No relevé is shared beyond its hours."""
        valid = super().validate(*args, **others)
        for row in self.month.rows:
            typed = [self[_name(row, cell)] for cell in row.cells if not cell.closed]
            if typed and self.shared(row) > row.sheet.worked:
                self.refuse(
                    f"{french_hours(self.shared(row))} réparties pour {french_hours(row.sheet.worked)} travaillées."
                    " Réduisez une part.",
                    typed[-1].short_name,
                )
                valid = False
        return valid


def _name(row: Row, cell: Cell) -> str:
    return f"part_{row.sheet.id}_{cell.lot_id}"


def month_sharing_form(month: Month) -> type[MonthSharingForm]:
    """The form of the relevés of a month, one field for each lot where hours may go."""
    lots = dict(month.lots)
    fields: dict[str, Any] = {"month": month}
    for row in month.rows:
        for cell in row.cells:
            if not cell.closed:
                label = f"{row.person}, {short_date(row.sheet.from_on)} – {lots[cell.lot_id]}"
                fields[_name(row, cell)] = HoursField(label, default=cell.hours)
    fields["seen"] = HiddenField(default=month.seen)
    return type("MonthSharing", (MonthSharingForm,), fields)
