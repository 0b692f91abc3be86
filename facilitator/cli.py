"""The console script `facilitator`: commands in English, answers in French."""

import click

from facilitator.commands import (
    accounts,
    compliance,
    demo,
    frame,
    imports,
    integrity,
    mail,
    reminding,
    retention,
    server,
    survey,
)

COMMANDS: tuple[click.Command, ...] = (
    accounts.territory,
    accounts.user,
    compliance.compliance,
    demo.demo,
    imports.import_decp,
    imports.import_refs,
    imports.import_siae,
    integrity.verify,
    mail.send_mail,
    reminding.remind,
    retention.retain,
    server.serve,
    server.upgrade,
    survey.survey,
)


@click.group(help="Facilitator, guichet unique de la clause sociale d’insertion.")
@click.version_option(package_name="facilitator", message="%(version)s", help="Montre la version.")
def cli() -> None:
    """All commands hang below."""


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    frame.main(cli)
