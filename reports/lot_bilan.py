"""The bilan of a lot or of a market as PDF: the workbook’s own objects, written in French; no person in it."""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from facilitator import bilan as words
from facilitator import french
from facilitator.bilan import MASKED, UNDEFINED, Bilan, Company, FollowUp, LotLine, PenaltyOutcome, Publics
from facilitator.french import NBSP
from facilitator.statement import MonthFigures, Statement
from facilitator.vocabulary import BilanKind, SurveyGroup, ToleranceKind
from reports import method, pdf
from reports.columns import PUBLICS

TEMPLATE = "lot_bilan"
LOTS_ACROSS = 4  # columns of lots beside the publics: more do not fit on a page
Facts = dict[str, object]
Row = list[str]


@dataclass(frozen=True, slots=True)
class Edition:
    """Which bilan this is: a numbered one that was sent, or (without a number) what can be read today."""

    kind: BilanKind
    number: int | None = None
    sent_to: str | None = None


def build(bilan: Bilan, edition: Edition, *, made_at: datetime.datetime) -> bytes:
    """Draw the PDF of a bilan."""
    return draw(facts(bilan, edition), made_at=made_at)


def draw(told: Facts, *, made_at: datetime.datetime) -> bytes:
    """Draw the PDF of `facts`."""
    return pdf.build(TEMPLATE, told, made_at=made_at)


def file_name(bilan: Bilan) -> str:
    """A French file name that ends with the date of the situation, like the workbook’s."""
    from reports import compliance_workbook  # openpyxl is slow to load

    return compliance_workbook.file_name(bilan).removesuffix(".xlsx") + ".pdf"


def facts(bilan: Bilan, edition: Edition) -> Facts:
    """All that the PDF says, as the French text that is read (the chart’s heights apart, in hundredths of an hour)."""
    found = bilan.situation.statement
    told: Facts = {
        "title": f"Bilan {edition.kind.label} de la clause sociale d’insertion",
        "subject": _subject(bilan),
        "sender": _senders(bilan),
        "when": f"Situation au {french.date(bilan.situation.on)}, établie le {french.date(bilan.made_on)}",
        "identity": _identity(bilan, edition),
        "sentence": _sentence(bilan),
        "figures": _figures(found),
        "progress": _progress(found),
        "parts": _parts(found),
        "unretained": [
            [reason.label.capitalize(), french.hours(hours), reason.mend.replace(" ;", f"{NBSP};")]
            for reason, hours in found.unretained_by_reason
        ],
        "months": [_month(each) for each in found.months],
        "months_total": _months_total(found),
        "chart": _chart(found.months),
        "lots": [] if bilan.lot else [_lot(lot) for lot in bilan.situation.lots],
        "companies": _companies(bilan),
        "companies_note": _companies_note(bilan),
        "contracts": _contracts(bilan),
        "contracts_note": _contracts_note(bilan),
        "follow_ups": [_follow_up(each) for each in bilan.total.follow_ups.values()],
        "people": french.plural(bilan.total.publics.people, "personne a", "personnes ont"),
        "publics": list(_publics(bilan)),
        "ahead": _ahead(bilan),
        "method": [list(pair) for pair in method.rows(bilan)],
    }
    told["fingerprint"] = fingerprint(told)
    told["foot"] = _foot(edition, str(told["fingerprint"]))
    return told


def fingerprint(told: Mapping[str, object]) -> str:
    """SHA-256 of what the PDF says, its foot apart: two editions with the same figures have the same one."""
    said = {name: value for name, value in told.items() if name not in ("fingerprint", "foot")}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _foot(edition: Edition, digest: str) -> str:
    shown = " ".join(digest[start : start + 4] for start in range(0, 16, 4))
    which = "Bilan non numéroté" if edition.number is None else f"Bilan n°{NBSP}{edition.number}"
    return f"{which} – empreinte des données{NBSP}: {shown}"


def _subject(bilan: Bilan) -> str:
    if bilan.lot is not None:
        return f"Lot {bilan.lot.number} – {bilan.lot.title}"
    if bilan.market is not None:
        return bilan.market.object
    return bilan.situation.buyer


def _senders(bilan: Bilan) -> str:
    """The territories whose guichet draws the bilan up."""
    return " et ".join(bilan.rules)


def _sentence(bilan: Bilan) -> str:
    if bilan.lot is not None:
        return bilan.lot.sentence
    if bilan.market is not None:
        return bilan.market.sentence
    return words.state(bilan.situation.statement, "marché").replace(
        "À la fin du marché", "À la fin des marchés"
    )


def _identity(bilan: Bilan, edition: Edition) -> list[Row]:
    found, market = bilan.situation.statement, bilan.market
    pairs = [("Donneur d’ordre", f"{bilan.situation.buyer} – SIRET {bilan.situation.siret}")]
    if market is not None:
        number = f" (votre n°{NBSP}{market.buyer_number})" if market.buyer_number else ""
        pairs.append(("Marché", f"{market.market}{number} – {market.object}"))
        if market.notified_on:
            pairs.append(("Notifié le", french.date(market.notified_on)))
    if bilan.lot is not None:
        pairs.append(("Lot", f"{bilan.lot.number} – {bilan.lot.title}"))
        pairs.append(("Clause", bilan.lot.clause or "non précisée"))
    elif bilan.situation.lots:
        pairs.append(("Lots", french.plural(len(bilan.situation.lots), "lot")))
    if names := [company.name for company in bilan.companies if company.under is None]:
        pairs.append(
            ("Entreprises" if len(set(names)) > 1 else "Entreprise", ", ".join(dict.fromkeys(names)))
        )
    if found.start and found.end:
        pairs.append(("Exécution", f"du {french.date(found.start)} au {french.date(found.end)}"))
    if edition.sent_to:
        pairs.append(("Adressé à", edition.sent_to))
    return [list(pair) for pair in pairs]


def _owed(found: Statement) -> str:
    return french.hours(found.owed) if found.defined else UNDEFINED


def _figures(found: Statement) -> list[Row]:
    """Label, figure, and the few words under it."""
    rate = "" if found.rate_percent is None else f"{french.percent(found.rate_percent)} des heures engagées"
    added = ""
    if found.defined and found.owed_changes:
        added = f"dont {french.hours(found.owed_initial)} à l’origine"
    surplus = f"excédent de {french.hours(found.surplus)}" if found.surplus else ""
    return [
        ["Engagées", _owed(found), added],
        ["Retenues", french.hours(found.retained), rate],
        [
            "Attendues à cette date",
            "inconnues" if found.expected is None else french.hours(found.expected),
            found.pace.label.lower() if found.pace else "",
        ],
        ["Reste à faire", french.hours(found.left) if found.defined else french.NOTHING, surplus],
    ]


def _progress(found: Statement) -> Facts | None:
    """Lengths of the bar in hundredths of an hour; nothing to compare with before hours are defined."""
    if not found.defined or found.owed <= 0:
        return None
    expected = (
        ""
        if found.expected is None
        else f"{NBSP}; attendues à cette date{NBSP}: {french.hours(found.expected)}"
    )
    return {
        "owed": _cents(found.owed),
        "retained": _cents(found.retained),
        "expected": None if found.expected is None else _cents(found.expected),
        "alt": f"Barre d’avancement. Retenues{NBSP}: {french.hours(found.retained)} sur {french.hours(found.owed)} engagées{expected}.",
    }


def _cents(value: Decimal) -> int:
    return int(value * 100)


def _parts(found: Statement) -> list[Row]:
    """What declared hours are made of; the four always add up to the first."""
    return [
        ["Déclarées", french.hours(found.declared)],
        ["dont retenues", french.hours(found.retained)],
        ["dont non retenues", french.hours(found.unretained)],
        ["dont en attente de validation", french.hours(found.awaiting)],
        ["dont refusées", french.hours(found.refused)],
    ]


def _month(each: MonthFigures) -> Row:
    told = (each.declared, each.retained, each.unretained, each.awaiting, each.refused, each.retained_to_date)
    return [french.month(each.month), *(french.hours(hours) for hours in told)]


def _months_total(found: Statement) -> Row:
    told = (found.declared, found.retained, found.unretained, found.awaiting, found.refused)
    return ["Total", *(french.hours(hours) for hours in told), ""]


def _chart(months: Sequence[MonthFigures]) -> Facts | None:
    """Two bars a month; its text alternative says the first, the last and the highest month."""
    if not months:
        return None
    highest = max(months, key=lambda each: each.declared)
    alt = (
        f"Diagramme en barres, {french.of_month(months[0].month)} à {french.month(months[-1].month)}{NBSP}: heures déclarées "
        f"et retenues de chaque mois. Le plus haut{NBSP}: {french.month(highest.month)}, {french.hours(highest.declared)} déclarées, "
        f"{french.hours(highest.retained)} retenues. Les mêmes heures sont dans le tableau qui suit."
    )
    bars = [
        {
            "month": f"{each.month.month:02d}/{each.month.year % 100:02d}",
            "declared": _cents(each.declared),
            "retained": _cents(each.retained),
        }
        for each in months
    ]
    return {
        "bars": bars,
        "top": max(_cents(highest.declared), 1),
        "top_text": french.hours(highest.declared),
        "alt": alt,
    }


def _lot(lot: LotLine) -> Row:
    found = lot.statement
    return [
        f"Lot {lot.number} – {lot.title}",
        lot.holders or "entreprise pas encore connue",
        _owed(found),
        french.hours(found.retained),
        french.percent(found.rate_percent),
        french.hours(found.left) if found.defined else french.NOTHING,
        french.short_date(found.end),
        found.pace.label if found.pace else french.NOTHING,
    ]


def _companies(bilan: Bilan) -> list[Row]:
    return [_company(each, several=bilan.lot is None) for each in bilan.companies]


def _company(each: Company, several: bool) -> Row:
    place = each.role.label + (f" de {each.under}" if each.under else "")
    name = f"{each.name} (lot {each.lot.number})" if several else each.name
    if each.figures is None:
        return [name, each.identifier, place, french.NOTHING, french.NOTHING, french.NOTHING]
    figures = each.figures
    return [
        name,
        each.identifier,
        place,
        french.hours(figures.owed) if each.lot.statement.defined else UNDEFINED,
        french.hours(figures.retained),
        french.hours(figures.left) if each.lot.statement.defined else french.NOTHING,
    ]


def _companies_note(bilan: Bilan) -> str:
    if bilan.lot is None:
        return "Les heures d’un sous-traitant sont comptées avec l’entreprise pour laquelle il travaille."
    form = bilan.lot.groupement_form.label
    if len(bilan.lot.statement.awards) < 2:
        return ""
    binding = (
        "chaque entreprise répond de sa part"
        if bilan.lot.statement.penalty_binding_by_award
        else "les parts sont indicatives, le lot répond en entier"
    )
    return f"{form}{NBSP}: {binding}."


def _contracts(bilan: Bilan) -> list[Row]:
    """Each of the survey’s six groups with its share, then their sum."""
    contracts = bilan.total.contracts
    rows = [
        [group.label, french.number(count), _share(count, contracts.total)]
        for group, count in ((each, contracts.by_group[each]) for each in SurveyGroup)
    ]
    return [*rows, ["Ensemble", french.number(contracts.total), _share(contracts.total, contracts.total)]]


def _share(count: int, whole: int) -> str:
    return french.percent(Decimal(count) * 100 / whole) if whole else french.NOTHING


def _contracts_note(bilan: Bilan) -> str:
    contracts = bilan.total.contracts
    return (
        f"Missions d’intérim{NBSP}: {french.number(contracts.missions)}. Renouvellements{NBSP}: "
        f"{french.number(contracts.renewals)}. CDD devenus CDI{NBSP}: {french.number(contracts.transformations)}."
    )


def _follow_up(each: FollowUp) -> Row:
    """Milestone, left, reached, in scope, answered, in work, rate with its n; what few became is masked."""
    chain = each.chain
    counts = [chain.in_scope, chain.answered, chain.in_work]
    became = [MASKED if each.masked else french.number(count) for count in counts]
    return [
        f"{each.months}{NBSP}mois",
        french.number(chain.left),
        french.number(chain.reached),
        *became,
        _rate(each),
    ]


def _rate(each: FollowUp) -> str:
    if each.masked and each.chain.reached:
        return MASKED
    if each.chain.rate is None:
        return french.NOTHING
    return f"{french.percent(each.chain.rate)} (n = {french.number(each.chain.answered)})".replace(
        " = ", f"{NBSP}={NBSP}"
    )


def _publics(bilan: Bilan) -> Iterator[Facts]:
    """Lots across, publics down; so many lots a table as a page holds."""
    lots = [lot for lot in bilan.situation.lots if bilan.details[lot.lot_id].publics.people]
    for start in range(0, len(lots), LOTS_ACROSS):
        shown = lots[start : start + LOTS_ACROSS]
        publics = [bilan.details[lot.lot_id].publics for lot in shown]
        yield {
            "headings": ["Public", *(_short_name(bilan, lot) for lot in shown)],
            "rows": [
                ["Personnes", *(french.number(each.people) for each in publics)],
                *([name, *(_count(each, name) for each in publics)] for name in PUBLICS),
            ],
        }


def _short_name(bilan: Bilan, lot: LotLine) -> str:
    market = f"{lot.market} – " if bilan.market is None else ""
    return f"{market}Lot {lot.number}"


def _count(publics: Publics, name: str) -> str:
    count = publics.counts.get(name)
    return MASKED if count is None else french.number(count)


def _ahead(bilan: Bilan) -> list[Row]:
    """What follows from the figures: forecast before the end, penalty as computed (its buyer decides)."""
    found = bilan.situation.statement
    pairs: list[Row] = []
    if not found.ended and found.projection is not None:
        pairs.append(["À ce rythme, retenues à la fin", french.hours(found.projection)])
        if found.target_month:
            pairs.append(["Objectif atteint en", french.month(found.target_month)])
    if found.potential is not None:
        pairs.append(["Si toutes les tranches étaient affermies", french.hours(found.potential)])
    if found.penalty_if_stopped is not None:
        label = (
            "Pénalité calculée, que le donneur d’ordre décide"
            if found.ended
            else "Pénalité si l’exécution s’arrêtait à cette date"
        )
        pairs.append([label, french.euros(found.penalty_if_stopped)])
        if bilan.lot is not None and bilan.lot.tolerance_kind is not ToleranceKind.none:
            kind = bilan.lot.tolerance_kind.label
            pairs.append(["Tolérance du marché", f"{kind}, {bilan.lot.tolerance_percent}{NBSP}%"])
    return pairs + [
        [f"Pénalité de {file.company}", _outcome(file)] for lot in bilan.situation.lots for file in lot.files
    ]


def _outcome(file: PenaltyOutcome) -> str:
    """Where the file of a penalty stands, and what its buyer decided."""
    progress = file.progress
    if progress.decision is None:
        return f"{progress.state.label}, {french.euros(file.amount)}"
    return f"{progress.decision.label}{NBSP}: {french.euros(progress.decided_amount)}"
