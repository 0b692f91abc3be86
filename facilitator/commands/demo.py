"""Command `demo`: the demonstration territory, and the accounts that open it."""

import datetime
from dataclasses import asdict

import click
from flask import current_app

from facilitator import demo as demonstration
from facilitator.commands.frame import as_json, print_json, say, transaction
from facilitator.demo import survey_year
from facilitator.demo.story import Account
from facilitator.vocabulary import MembershipRole
from facilitator.web.clock import today


@click.command(help="Charge le territoire de démonstration (données fictives) et montre ses comptes.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Graine\u00a0: la même donne les mêmes données."
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Date à laquelle l’histoire s’arrête (par défaut\u00a0: aujourd’hui).",
)
@click.option(
    "--size",
    type=click.Choice(("territory", "survey")),
    default="territory",
    show_default=True,
    help="«\u00a0survey\u00a0»\u00a0: quatre-vingt-dix territoires fictifs, pour l’enquête nationale.",
)
@as_json
def demo(seed: int, on: datetime.datetime | None, size: str, as_json: bool) -> None:
    """Write the demonstration in one transaction, then print one account per role, or the year of the survey."""
    day = on.date() if on else today()
    if size == "survey":
        _survey(day, as_json)
        return
    with transaction() as session:
        settings = current_app.config["SETTINGS"]
        if settings.in_production:
            raise demonstration.DemoRefused(
                "Le territoire de démonstration ne se charge pas en production\u00a0: ses mots de passe sont publics."
            )
        accounts = demonstration.load(session, seed, day, say, settings.base_url)
    if as_json:
        print_json([asdict(account) for account in accounts])
        return
    for line in _lines(accounts):
        click.echo(line)


def _survey(day: datetime.date, as_json: bool) -> None:
    """Write the fictitious country, and say which year to ask for."""
    with transaction() as session:
        if current_app.config["SETTINGS"].in_production:
            raise demonstration.DemoRefused(
                "Les territoires fictifs ne se chargent pas en production\u00a0: leurs chiffres entreraient dans les vôtres."
            )
        year = survey_year.load(session, day, say)
    if as_json:
        print_json({"year": year})
    else:
        click.echo(
            f"Territoires fictifs écrits. Demandez l’année {year}\u00a0: facilitator survey --year {year}"
        )


def _lines(accounts: list[Account]) -> list[str]:
    rows = [(MembershipRole(each.role).label, each.email, each.password) for each in accounts]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
