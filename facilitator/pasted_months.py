"""A paste against the month of a declarant: where each line goes, and its report into the draft, never a sending."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from facilitator import month_returns, remembered_names
from facilitator.month_cells import Cell, Lock, MonthPage
from facilitator.month_drafts import Author
from facilitator.month_rows import Site
from facilitator.names import normalised
from facilitator.paste_matching import Month, Place, Slot
from facilitator.pasted_lines import Line, hours_text
from facilitator.remembered_names import Known

CLOSED: Mapping[Lock, str] = {
    Lock.none: "",
    Lock.validated: "Ces heures sont déjà validées\u00a0: demandez une correction depuis la page du mois.",
    Lock.other_side: "L’autre partie a déclaré ces heures\u00a0: confirmez-les ou contestez-les.",
    Lock.globalised: "Ces heures sont partagées entre plusieurs lots\u00a0: appelez le facilitateur.",
    Lock.unshared: "Le facilitateur répartit ces heures entre les chantiers\u00a0: elles sont déjà déclarées.",
    Lock.elsewhere: "Cette personne travaille aussi sur un autre chantier\u00a0: son employeur déclare ses heures.",
}


@dataclass(frozen=True)
class Target:
    """A cell as one chooses it: whose, where, when."""

    cell: Cell
    person_id: int
    person: str
    lot_id: int
    site: str
    label: str


def targets(page: MonthPage) -> dict[str, Target]:
    """The cells of the month by their name."""
    sites = {site.award_id: site for site in page.sites}
    found = {}
    for row in page.rows:
        for cell in row.cells:
            site = sites[cell.award_id]
            said = [row.person, f"{site.market}, {site.lot}", cell.period]
            found[cell.name] = Target(
                cell,
                row.person_id,
                row.person,
                site.lot_id,
                place(site).label,
                " – ".join(filter(None, said)),
            )
    return found


def place(site: Site) -> Place:
    """A site in words."""
    return Place(f"{site.market} – {site.lot}", (site.market, site.lot, site.buyer, site.host))


def month_of(page: MonthPage, known: Known) -> Month[str]:
    """The month as lines are matched with it."""
    return Month(
        people={row.person_id: row.person for row in page.rows},
        places={site.award_id: place(site) for site in page.sites},
        slots=[
            Slot(cell.name, row.person_id, cell.award_id, CLOSED[cell.lock])
            for row in page.rows
            for cell in row.cells
        ],
        people_known=known.people,
        sites_known=_awards(page.sites, known.lots),
    )


def _awards(sites: Sequence[Site], lots: Mapping[str, int]) -> dict[str, int]:
    """Remembered lots as the sites of this month."""
    awards = {site.lot_id: site.award_id for site in reversed(sites)}
    return {words: awards[lot_id] for words, lot_id in lots.items() if lot_id in awards}


def report(
    session: Session,
    page: MonthPage,
    chosen: Sequence[tuple[Line, Target]],
    *,
    by: Author,
    at: datetime.datetime,
) -> None:
    """Put the hours of these lines into the draft, and remember whom and what their words meant."""
    typed = {target.cell.key: hours_text(line.hours) for line, target in chosen}
    month_returns.save_draft(session, page.organisation_id, page.month, typed, by=by, at=at)
    remembered_names.remember(session, page.organisation_id, _learnt(chosen))


def _learnt(chosen: Iterable[tuple[Line, Target]]) -> Known:
    """Words that are not the name itself; those that meant two things in one paste teach nothing."""
    people: dict[str, set[int]] = {}
    lots: dict[str, set[int]] = {}
    for line, target in chosen:
        name, site = normalised(line.name), normalised(line.site)
        if sorted(name.split()) != sorted(normalised(target.person).split()):
            people.setdefault(name, set()).add(target.person_id)
        if site and site != normalised(target.site):
            lots.setdefault(site, set()).add(target.lot_id)
    return Known(_alone(people), _alone(lots))


def _alone(meanings: Mapping[str, set[int]]) -> dict[str, int]:
    return {words: next(iter(ids)) for words, ids in meanings.items() if len(ids) == 1}


@dataclass(frozen=True)
class Choice:
    """A line that is kept, and the name of the cell that was chosen for it."""

    line: Line
    cell: str


def wrong(choices: Iterable[Choice], targets: Mapping[str, Target]) -> dict[int, str]:
    """What is to be mended before the lines are put into the draft, by number of line."""
    found: dict[int, str] = {}
    taken: dict[str, int] = {}
    for choice in choices:
        said = _wrong(choice, targets) or _taken(choice, taken)
        if said:
            found[choice.line.number] = said
    return found


def _wrong(choice: Choice, targets: Mapping[str, Target]) -> str:
    if choice.line.problem:
        return choice.line.problem
    target = targets.get(choice.cell)
    if target is None:
        return "Choisissez à qui et où vont ces heures, ou ignorez la ligne."
    return CLOSED[target.cell.lock]


def _taken(choice: Choice, taken: dict[str, int]) -> str:
    first = taken.setdefault(choice.cell, choice.line.number)
    if first == choice.line.number:
        return ""
    return f"La ligne\u00a0{first} donne déjà des heures à cette case\u00a0: gardez l’une des deux."
