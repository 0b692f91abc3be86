"""The yearly campaign of a territory: opened, sent, rectified; what was sent on a day is kept byte for byte."""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from facilitator import french, journal, survey, survey_figures, survey_tables
from facilitator.db import Instant, Model, one_of
from facilitator.french import NBSP
from facilitator.labels import Labelled
from facilitator.refusals import Refused
from facilitator.survey import Survey, Value
from facilitator.survey_tables import Change, Page, Read
from facilitator.territories import Territory
from reports import survey_workbook

THING, VERSION = "survey_campaign", "survey_version"


class CampaignRefused(Refused):
    """A campaign cannot be opened, sent or rectified as asked."""


class CampaignState(Labelled):
    """Where the campaign of a year stands."""

    open = "open", "ouverte"
    sent = "sent", "transmise"
    rectified = "rectified", "rectifiée"


class SurveyCampaign(Model):
    """The survey of one year in one territory."""

    __tablename__ = "survey_campaigns"
    __table_args__ = (
        UniqueConstraint("territory_id", "year"),
        one_of("state", CampaignState),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    year: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime.datetime] = mapped_column(Instant)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SurveyVersion(Model):
    """One survey as it was sent: nothing in this row ever changes."""

    __tablename__ = "survey_versions"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaigns.id"))
    number: Mapped[int]
    on: Mapped[datetime.date]
    made_at: Mapped[datetime.datetime] = mapped_column(Instant)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    figures: Mapped[str] = mapped_column(Text)  # canonical JSON
    figures_sha256: Mapped[str] = mapped_column(String(64))
    workbook_sha256: Mapped[str] = mapped_column(String(64))
    workbook: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))

    @property
    def label(self) -> str:
        """«Version n° 2»."""
        return f"Version n°{NBSP}{self.number}"

    @property
    def values(self) -> dict[str, Value | None]:
        """The figures that were sent, by their keys."""
        kept: Mapping[str, str | None] = json.loads(self.figures)["values"]
        return {key: None if value is None else _exact(value) for key, value in kept.items()}


def _exact(told: str) -> Value:
    found = Decimal(told)
    return found if "." in told else int(found)


@dataclass(frozen=True)
class Campaign:
    """A campaign with what was sent of it, newest first, and what has changed since."""

    row: SurveyCampaign
    versions: list[SurveyVersion]
    changes: list[Change]

    @property
    def state(self) -> CampaignState:
        return CampaignState(self.row.state)

    @property
    def last(self) -> SurveyVersion | None:
        return self.versions[0] if self.versions else None


def of_year(session: Session, territory_id: int, year: int) -> SurveyCampaign | None:
    """The campaign of a year, if it was opened."""
    return session.scalar(
        select(SurveyCampaign).where(SurveyCampaign.territory_id == territory_id, SurveyCampaign.year == year)
    )


def told(session: Session, territory_id: int, page: Page, year: int) -> Campaign | None:
    """A campaign beside the figures of today."""
    row = of_year(session, territory_id, year)
    if row is None:
        return None
    versions = list(
        session.scalars(
            select(SurveyVersion)
            .where(SurveyVersion.campaign_id == row.id)
            .order_by(SurveyVersion.number.desc())
        )
    )
    return Campaign(row, versions, survey_tables.changes(versions[0].values, page) if versions else [])


def open_year(
    session: Session,
    territory: Territory,
    year: int,
    *,
    on: datetime.date,
    at: datetime.datetime,
    by: int | None,
) -> SurveyCampaign:
    """Open the campaign of a year; opened twice, it is the same one. Refuses a year that has not begun."""
    _hold(session, territory.id)
    if (found := of_year(session, territory.id, year)) is not None:
        return found
    if not 2000 <= year <= on.year:
        raise CampaignRefused(
            f"L’enquête {year} ne peut pas être ouverte\u00a0: choisissez une année commencée, depuis 2000."
        )
    made = SurveyCampaign(
        territory_id=territory.id, year=year, state=CampaignState.open, opened_at=at, opened_by_id=by
    )
    session.add(made)
    session.flush()
    journal.note(session, "open_survey", THING, made.id, by=by, territory_id=territory.id, year=year)
    return made


def send(
    session: Session,
    territory: Territory,
    year: int,
    *,
    on: datetime.date,
    at: datetime.datetime,
    by: int | None,
) -> SurveyVersion:
    """Freeze what is sent on a day; the versions after the first are rectifications.

    Refuses a year that is not over, and a version that would say the same as the last one.
    """
    _hold(session, territory.id)
    campaign = of_year(session, territory.id, year)
    if campaign is None:
        raise CampaignRefused(f"La campagne {year} n’est pas ouverte. Ouvrez-la d’abord.")
    session.refresh(campaign)
    if on.year <= campaign.year:
        raise CampaignRefused(
            f"L’année {campaign.year} n’est pas finie\u00a0: l’enquête se transmet à partir du"
            f" {french.date(datetime.date(campaign.year + 1, 1, 1))}."
        )
    now, page, before = _figures(session, campaign, on)
    last = _last(session, campaign)
    if last is not None and not survey_tables.changes(last.values, page):
        raise CampaignRefused(
            f"Rien n’a changé depuis la {last.label.lower()}, transmise le {french.date(last.on)}\u00a0:"
            " il n’y a rien à rectifier."
        )
    version = _frozen(campaign, now, page, before, (last.number if last else 0) + 1, on, at, by)
    session.add(version)
    campaign.state = CampaignState.rectified if last else CampaignState.sent
    session.flush()
    verb = "rectify_survey" if last else "send_survey"
    journal.note(
        session,
        verb,
        VERSION,
        version.id,
        by=by,
        territory_id=campaign.territory_id,
        year=campaign.year,
        number=version.number,
        on=on.isoformat(),
    )
    return version


def _hold(session: Session, territory_id: int) -> None:
    """Numbers follow one another: who sends second waits for the first (SQLite’s writers wait by themselves)."""
    session.execute(select(Territory.id).where(Territory.id == territory_id).with_for_update(key_share=True))


def _last(session: Session, campaign: SurveyCampaign) -> SurveyVersion | None:
    return session.scalar(
        select(SurveyVersion)
        .where(SurveyVersion.campaign_id == campaign.id)
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    )


def _figures(session: Session, campaign: SurveyCampaign, on: datetime.date) -> tuple[Survey, Page, Survey]:
    whose = [campaign.territory_id]
    now = survey_figures.of_year(session, campaign.year, whose, on)
    before = survey_figures.of_year(session, campaign.year - 1, whose, on)
    return now, survey_tables.of(Read(now), Read(before)), before


def _frozen(
    campaign: SurveyCampaign,
    now: Survey,
    page: Page,
    before: Survey,
    number: int,
    on: datetime.date,
    at: datetime.datetime,
    by: int | None,
) -> SurveyVersion:
    workbook = survey_workbook.build(now, before, made_on=on)
    figures = canonical(now, page)
    name = survey_workbook.file_name(now).removesuffix(".xlsx")
    return SurveyVersion(
        territory_id=campaign.territory_id,
        campaign_id=campaign.id,
        number=number,
        on=on,
        made_at=at,
        made_by_id=by,
        file_name=f"{name} – n° {number}"[:200],
        figures=figures,
        figures_sha256=hashlib.sha256(figures.encode()).hexdigest(),
        workbook=workbook,
        workbook_sha256=hashlib.sha256(workbook).hexdigest(),
    )


def canonical(now: Survey, page: Page) -> str:
    """The figures as one text: the same figures give the same text."""
    values = {key: None if value is None else str(value) for key, value in survey_tables.values(page).items()}
    told = {"survey": survey.as_json(now), "values": values}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def faults(session: Session) -> Iterator[str]:
    """What is kept of a version is what was sent."""
    columns = (
        SurveyVersion.id,
        SurveyVersion.figures,
        SurveyVersion.figures_sha256,
        SurveyVersion.workbook,
        SurveyVersion.workbook_sha256,
    )
    rows = session.execute(select(*columns).order_by(SurveyVersion.id).execution_options(yield_per=20))
    for id_, figures, figures_digest, workbook, digest in rows:
        if hashlib.sha256(figures.encode()).hexdigest() != figures_digest:
            yield f"enquête {id_}\u00a0: les chiffres ne sont plus ceux qui ont été transmis"
        if hashlib.sha256(workbook).hexdigest() != digest:
            yield f"enquête {id_}\u00a0: le classeur n’est plus celui qui a été transmis"
