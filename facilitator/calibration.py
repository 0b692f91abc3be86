"""Calibration: the five ways to size a commitment in hours, rounded down to the hour (trade.md §2)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

from facilitator import french
from facilitator.french import NBSP
from facilitator.refusals import Refused
from facilitator.vocabulary import CalibrationBasis

_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 12


class CalibrationRefused(Refused):
    """Inputs from which no commitment can be sized."""


@dataclass(frozen=True, slots=True)
class Sizing:
    """A computed commitment: exact to 0,01 h, kept hours (rounded down), and the sum told in French."""

    basis: CalibrationBasis
    exact: Decimal
    hours: int
    sentence: str


@dataclass(frozen=True, slots=True)
class LabourShare:
    """Amount in euros excluding taxes, labour share and rate in percent, cost of an hour in euros."""

    amount: Decimal
    labour_percent: Decimal
    rate_percent: Decimal
    hourly_cost: Decimal


@dataclass(frozen=True, slots=True)
class SiteShare:
    """All hours worked on the site, and the percent of them owed."""

    site_hours: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Invoiced:
    """Cumulated euros invoiced, the floor above which hours are owed, and the euros that owe one hour."""

    cumulated: Decimal
    floor: Decimal
    step: Decimal


@dataclass(frozen=True, slots=True)
class PerOrder:
    """A number of orders, and the hours that each owes."""

    orders: int
    hours_each: Decimal


@dataclass(frozen=True, slots=True)
class Typed:
    """Hours written in the contract."""

    hours: Decimal


def size(inputs: LabourShare | SiteShare | Invoiced | PerOrder | Typed) -> Sizing:
    """Size a commitment from the inputs of one basis, or refuse inputs that mean nothing."""
    if isinstance(inputs, LabourShare):
        return _labour_share(inputs)
    if isinstance(inputs, SiteShare):
        return _site_share(inputs)
    if isinstance(inputs, Invoiced):
        return _invoiced(inputs)
    if isinstance(inputs, PerOrder):
        return _per_order(inputs)
    hours = _amount("Le nombre d’heures", inputs.hours)
    return _sizing(CalibrationBasis.typed, Fraction(hours), f"{french.hours(hours)} saisies")


def invoiced_hours(cumulated: Decimal, above: Decimal, step: Decimal) -> int:
    """Give the hours owed for a cumulated invoicing in euros: one per full step above the floor."""
    _amount("Le plancher", above)
    if not step.is_finite() or step <= 0:
        raise CalibrationRefused("Le montant qui vaut une heure doit être supérieur à zéro.")
    if not cumulated.is_finite() or abs(cumulated) > _LARGEST:
        raise CalibrationRefused(
            "Le cumul facturé ne se lit pas comme un montant. Écrivez-le en euros, par exemple 150\u202f000."
        )
    return max(0, floor((Fraction(cumulated) - Fraction(above)) / Fraction(step)))


def _labour_share(inputs: LabourShare) -> Sizing:
    amount = _amount("Le montant", inputs.amount)
    labour = _percent("La part de main-d’œuvre", inputs.labour_percent)
    rate = _percent("Le taux d’insertion", inputs.rate_percent)
    cost = _amount("Le coût horaire", inputs.hourly_cost)
    if not cost:
        raise CalibrationRefused("Le coût horaire doit être supérieur à zéro.")
    exact = Fraction(amount) * Fraction(labour) * Fraction(rate) / 10000 / Fraction(cost)
    told = (
        f"{french.number(amount)}{NBSP}€ × {french.number(labour)}{NBSP}% "
        f"× {french.number(rate)}{NBSP}% ÷ {french.number(cost)}{NBSP}€"
    )
    return _sizing(CalibrationBasis.labour_share, exact, told)


def _site_share(inputs: SiteShare) -> Sizing:
    worked = _amount("Le nombre d’heures du chantier", inputs.site_hours)
    percent = _percent("La part des heures du chantier", inputs.percent)
    exact = Fraction(worked) * Fraction(percent) / 100
    told = f"{french.hours(worked)} de chantier × {french.number(percent)}{NBSP}%"
    return _sizing(CalibrationBasis.site_share, exact, told)


def _invoiced(inputs: Invoiced) -> Sizing:
    hours = invoiced_hours(inputs.cumulated, inputs.floor, inputs.step)
    told = (
        f"1{NBSP}h par {french.number(inputs.step)}{NBSP}€ au-delà de "
        f"{french.number(inputs.floor)}{NBSP}€, pour {french.number(inputs.cumulated)}{NBSP}€ facturés"
    )
    return _sizing(CalibrationBasis.invoiced, Fraction(hours), told)


def _per_order(inputs: PerOrder) -> Sizing:
    orders = _amount("Le nombre de bons de commande", Decimal(inputs.orders))
    each = _amount("Le nombre d’heures par bon de commande", inputs.hours_each)
    told = f"{french.plural(inputs.orders, 'bon', 'bons')} de commande × {french.hours(each)}"
    return _sizing(CalibrationBasis.per_order, Fraction(orders) * Fraction(each), told)


def _sizing(basis: CalibrationBasis, exact: Fraction, told: str) -> Sizing:
    hours = floor(exact)
    shown = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_CENT, ROUND_HALF_UP)
    sentence = f"{told} = {french.hours(shown)}, soit {french.number(hours)}{NBSP}h (à l’heure inférieure)."
    return Sizing(basis, shown, hours, sentence)


def _amount(what: str, value: Decimal) -> Decimal:
    if not value.is_finite() or value < 0 or value > _LARGEST:
        raise CalibrationRefused(f"{what} doit être compris entre 0 et {french.number(_LARGEST)}.")
    return value


def _percent(what: str, value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= 100:
        raise CalibrationRefused(f"{what} doit être entre 0 et 100{NBSP}%.")
    return value
