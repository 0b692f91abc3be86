"""Markets and lots of the demonstration: calibrated, awarded, amended, some still «heures à définir»."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from facilitator import awards, calibration, ledger, lot_dates, markets
from facilitator.awards import Award
from facilitator.commitments import ExpectedDocument
from facilitator.demo.organisations import Cast
from facilitator.markets import Lot, Market, Operation
from facilitator.vocabulary import (
    AwardRole,
    CalibrationBasis,
    ClauseKind,
    GroupementForm,
    LedgerKind,
    SiaeKind,
    SocialConsideration,
    ToleranceKind,
)

SITES = (
    "Construction du groupe scolaire des Tilleuls", "Réhabilitation de 48 logements, résidence Les Glycines",
    "Extension de la médiathèque", "Rénovation énergétique du gymnase Fictif", "Aménagement de la place du Conte",
    "Construction de la crèche des Coccinelles", "Réfection de la voirie du quartier des Fables",
    "Construction de 32 logements, îlot Verger", "Restructuration du collège Imaginaire",
    "Entretien des espaces verts", "Nettoyage des bâtiments communaux", "Maintenance des équipements de chauffage",
    "Construction de la caserne d’Exemple", "Démolition et curage de la tour Nord",
    "Rénovation du centre hospitalier, bâtiment B", "Requalification de la zone d’activités du Val",
    "Construction du pôle petite enfance", "Ravalement de la résidence Les Platanes",
    "Réaménagement des berges", "Collecte et tri des déchets de chantier",
)  # fmt: skip
LOTS = (
    ("Gros œuvre", "45223220", 50, "F1703", "Maçon"), ("Peinture", "45442100", 70, "F1606", "Peintre en bâtiment"),
    ("Menuiseries intérieures", "45421000", 50, "F1607", "Poseur de menuiseries"),
    ("Électricité", "45311200", 50, "F1602", "Aide-électricien"), ("Plomberie et ventilation", "45330000", 50, "F1603", "Aide-plombier"),
    ("Charpente métallique", "45261100", 20, "F1502", "Aide-monteur"), ("Voirie et réseaux", "45233140", 50, "F1702", "Ouvrier de voirie"),
    ("Espaces verts", "77310000", 70, "A1203", "Ouvrier paysagiste"), ("Nettoyage", "90910000", 70, "K2204", "Agent de propreté"),
    ("Revêtements de sol", "45432100", 50, "F1608", "Solier"),
)  # fmt: skip
FATES = ("ahead", "ahead", "on_time", "on_time", "on_time", "late", "late", "critical", "done", "done")
MARKETS = 40


@dataclass
class Site:
    """One lot of the story: its dates, owed hours, companies, and how it is to fare."""

    lot: Lot
    market: Market
    start: datetime.date
    end: datetime.date
    owed: Decimal
    fate: str
    awards: list[Award] = field(default_factory=list)
    rome: str = ""
    job: str = ""


def build(
    session: Session,
    random: Random,
    cast: Cast,
    territory_id: int,
    on: datetime.date,
    by: int,
    count: int = MARKETS,
    first: int = 0,
) -> list[Site]:
    """Make the markets with one to four lots each; every kind of commitment appears at least once."""
    sites: list[Site] = []
    for number in range(first, first + count):
        sites += _market(session, random, cast, territory_id, on, by, number)
    special = [site for site in sites if site.fate not in ("undefined", "not_started")]
    _commitments_of_every_kind(session, special, cast, on, by)
    return sites


def _market(
    session: Session,
    random: Random,
    cast: Cast,
    territory_id: int,
    on: datetime.date,
    by: int,
    number: int,
) -> list[Site]:
    buyer = cast.buyers[number % len(cast.buyers)]
    name = SITES[number % len(SITES)] + (
        f" – phase {number // len(SITES) + 1}" if number >= len(SITES) else ""
    )
    start = _first_of(on - relativedelta(months=random.randint(1, 33)))
    if number % 13 == 12:
        start = _first_of(on + relativedelta(months=2))
    market = markets.create(
        session,
        territory_id,
        buyer,
        object=name,
        by=by,
        decp_id=f"{start.year}D{number + 1:04d}",
        buyer_number=f"M{start.year % 100}-{number + 1:03d}",
        nature="Marché",
        procedure="Procédure adaptée",
        cpv="45000000",
        amount=Decimal(random.randint(4, 60) * 50_000),
        duration_months=random.randint(8, 18),
        consulted_on=start - datetime.timedelta(days=120),
        notified_on=start - datetime.timedelta(days=30),
        considerations=[SocialConsideration.clause.value] if number % 9 else None,
    )
    if number % 10 == 0:
        market.operation_id = _operation(session, territory_id, name, npnru=number % 20 == 0)
    chosen = random.sample(LOTS, random.choice((1, 2, 2, 2, 3, 3)))
    return [
        _lot(session, random, cast, market, on, by, str(position), kind, start)
        for position, kind in enumerate(chosen, 1)
    ]


def _operation(session: Session, territory_id: int, name: str, npnru: bool) -> int:
    operation = Operation(
        territory_id=territory_id, name=f"Opération «\u00a0{name}\u00a0»", npnru=npnru, sector="bâtiment"
    )
    session.add(operation)
    session.flush()
    return operation.id


def _lot(
    session: Session,
    random: Random,
    cast: Cast,
    market: Market,
    on: datetime.date,
    by: int,
    number: str,
    kind: tuple[str, str, int, str, str],
    start: datetime.date,
) -> Site:
    title, cpv, labour, rome, job = kind
    end = start + relativedelta(months=random.randint(8, 20), days=-1)
    lot = markets.add_lot(
        session,
        market,
        number=number,
        title=title,
        cpv=cpv,
        by=by,
        clause=ClauseKind.execution.value,
        penalty_rate=Decimal(random.choice((35, 60, 60, 200))),
        facilitator_id=by,
    )
    lot_dates.set_date(session, lot, "start", start, by=by)
    lot_dates.set_date(session, lot, "end", end, by=by)
    fate = random.choice(FATES)
    if start > on:
        fate = "not_started"
    elif random.random() < 0.08:
        fate = "undefined"
    elif fate == "done" and end > on:
        fate = "on_time"
    site = Site(lot, market, start, end, Decimal(0), fate, rome=rome, job=job)
    if fate != "undefined":
        _commit(session, random, site, labour, by)
    company = random.choice(cast.companies)
    site.awards.append(
        awards.award(
            session,
            lot,
            company,
            AwardRole.titulaire,
            by=by,
            awarded_on=market.notified_on,
            correspondent="Correspondant fictif",
            correspondent_email=f"chantier{lot.id}@demo.example",
        )
    )
    if random.random() < 0.15:
        below = random.choice(cast.siae[SiaeKind.EI])
        site.awards.append(
            awards.award(session, lot, below, AwardRole.sous_traitant, by=by, parent=site.awards[0])
        )
    return site


def _commit(session: Session, random: Random, site: Site, labour: int, by: int) -> None:
    """Size the lot on its labour share and owe the result from the notification on."""
    amount = Decimal(random.randint(4, 36) * 100_000)
    inputs = calibration.LabourShare(
        amount=amount,
        labour_percent=Decimal(labour),
        rate_percent=Decimal(random.choice((5, 5, 7, 10))),
        hourly_cost=Decimal(30),
    )
    sizing = calibration.size(inputs)
    day = site.market.notified_on or site.start
    kept = ledger.keep_calibration(
        session,
        site.lot,
        CalibrationBasis.labour_share,
        {
            "amount": str(amount),
            "labour_percent": str(labour),
            "rate_percent": str(inputs.rate_percent),
            "hourly_cost": "30",
        },
        sizing,
        on=day,
        by=by,
    )
    ledger.add_line(
        session,
        site.lot,
        LedgerKind.initial,
        Decimal(sizing.hours),
        effective_on=day,
        by=by,
        calibration=kept,
        document="CCAP, article «\u00a0insertion\u00a0»",
    )
    site.owed = Decimal(sizing.hours)


def _commitments_of_every_kind(
    session: Session, sites: list[Site], cast: Cast, on: datetime.date, by: int
) -> None:
    """Higher offer, avenant, tranches, groupement with a transfer, stop, late document, reserved public."""
    running = [site for site in sites if site.end > on] or sites
    offer, avenant, affirmed, open_option, group, stopped, reserved, invoiced = (
        running[index % len(running)] for index in range(8)
    )
    ledger.add_line(
        session, offer.lot, LedgerKind.offre_superieure, Decimal(67), effective_on=offer.start, by=by,
        document="Offre de l’entreprise, mémoire technique",
    )  # fmt: skip
    middle = avenant.start + (min(on, avenant.end) - avenant.start) / 2
    ledger.add_line(
        session, avenant.lot, LedgerKind.avenant, Decimal(90), effective_on=middle, by=by,
        document="Avenant n°\u00a01",
    )  # fmt: skip
    lot_dates.set_date(
        session, avenant.lot, "end", avenant.end + relativedelta(months=2), by=by,
        effective_on=middle, document="Avenant n°\u00a01",
    )  # fmt: skip
    line = ledger.add_line(
        session, affirmed.lot, LedgerKind.tranche, Decimal(250), effective_on=None, by=by,
        option_until=affirmed.end, label="Tranche optionnelle 1",
    )  # fmt: skip
    ledger.affirm(session, affirmed.lot, line, min(on, affirmed.start + relativedelta(months=2)), by=by)
    ledger.add_line(
        session, open_option.lot, LedgerKind.tranche, Decimal(300), effective_on=None, by=by,
        option_until=on + relativedelta(months=3), label="Tranche optionnelle 2",
    )  # fmt: skip
    _groupement(session, group, cast, by)
    lot_dates.stop(
        session, stopped.lot, stopped.start + relativedelta(months=1),
        stopped.start + relativedelta(months=1, days=20), "Intempéries", by=by,
    )  # fmt: skip
    markets.amend_lot(
        session, reserved.lot, by=by, publics_admitted=["deld", "rsa", "qpv"],
        tolerance_kind=ToleranceKind.franchise.value, tolerance_percent=5, late_document_rate=Decimal(75),
    )  # fmt: skip
    session.add(
        ExpectedDocument(
            territory_id=reserved.lot.territory_id,
            lot_id=reserved.lot.id,
            label="État trimestriel des heures",
            expected_on=on - datetime.timedelta(days=20),
            received_on=on - datetime.timedelta(days=14),
        )
    )
    _invoiced(session, invoiced, on, by)


def _groupement(session: Session, site: Site, cast: Cast, by: int) -> None:
    """A mandataire, a cotraitant with binding shares, and an EI as subcontractor."""
    leader = site.awards[0]
    leader.role = AwardRole.mandataire
    taken = {each.organisation_id for each in site.awards}
    company = next(each for each in cast.companies if each.id not in taken)
    partner = awards.award(session, site.lot, company, AwardRole.cotraitant, by=by)
    employer = next(each for each in cast.siae[SiaeKind.EI] if each.id not in taken)
    below = awards.award(session, site.lot, employer, AwardRole.sous_traitant, by=by, parent=partner)
    site.awards += [partner, below]
    markets.amend_lot(
        session, site.lot, by=by, groupement_form=GroupementForm.conjoint.value, shares_binding=True
    )
    # The lot's commitment is said company by company from the start of the works on.
    ledger.add_line(
        session, site.lot, LedgerKind.avenant, Decimal(120), effective_on=site.start, by=by, award=leader,
        document="Acte d’engagement du groupement",
    )  # fmt: skip
    ledger.add_line(
        session, site.lot, LedgerKind.avenant, Decimal(80), effective_on=site.start, by=by, award=partner,
        document="Acte d’engagement du groupement",
    )  # fmt: skip
    ledger.transfer(
        session, site.lot, leader, partner, Decimal(20), effective_on=site.start + relativedelta(months=1),
        by=by, document="Courrier du mandataire",
    )  # fmt: skip


def _invoiced(session: Session, site: Site, on: datetime.date, by: int) -> None:
    """A framework on invoiced amounts: one hour per full 2 000 € above 100 000 €."""
    inputs = calibration.Invoiced(cumulated=Decimal(0), floor=Decimal(100_000), step=Decimal(2_000))
    ledger.keep_calibration(
        session, site.lot, CalibrationBasis.invoiced, {"floor": "100000", "step": "2000"},
        calibration.size(inputs), on=site.start, by=by,
    )  # fmt: skip
    closed = site.start + relativedelta(months=2, days=-1)
    for cumulated in (90_000, 164_000, 231_500):
        if closed <= on:
            ledger.record_invoicing(session, site.lot, closed, Decimal(cumulated), by=by)
        closed = closed + relativedelta(months=2)


def _first_of(day: datetime.date) -> datetime.date:
    return day.replace(day=1)
