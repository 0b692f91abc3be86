"""Accounts and territories from the command line: `territory create`, `user create`."""

import sys

import click

from facilitator import accounts, links, organisations, territories
from facilitator.commands.frame import as_json, print_json, say, transaction
from facilitator.journal import now
from facilitator.vocabulary import (
    IdentifierScheme,
    MembershipRole,
    OrganisationRoleName,
    TerritoryKind,
)


@click.group(help="Territoires (structures porteuses).")
def territory() -> None:
    """Commands about territories."""


@territory.command(help="Crée un territoire sous ce nom court.")
@click.argument("slug", metavar="NOM_COURT")
@click.option("--name", required=True, help="Nom affiché.")
@click.option(
    "--kind",
    type=click.Choice([each.value for each in TerritoryKind]),
    required=True,
    help="Nature de la structure porteuse.",
)
@as_json
def create(slug: str, name: str, kind: str, as_json: bool) -> None:
    """Open a territory."""
    with transaction() as session:
        made = territories.create(session, slug, name, TerritoryKind(kind), by=None)
        result = {"id": made.id, "slug": made.slug, "name": made.name, "kind": made.kind}
    if as_json:
        print_json(result)
    say(f"Territoire «\u00a0{name}\u00a0» créé.")


@click.group(help="Comptes des utilisateurs.")
def user() -> None:
    """Commands about users."""


@user.command(
    "create", help="Crée un compte avec un rôle\u00a0; sans mot de passe, affiche un lien pour le choisir."
)
@click.option("--email", required=True, help="Adresse électronique.")
@click.option("--name", required=True, help="Nom affiché.")
@click.option(
    "--role",
    type=click.Choice([each.value for each in MembershipRole]),
    required=True,
    help="Rôle du compte.",
)
@click.option("--territory", "slug", help="Nom court du territoire (facilitateur).")
@click.option("--organisation", "siret", help="SIRET de l’organisation (tous les autres rôles).")
@click.option("--password-stdin", is_flag=True, help="Lit le mot de passe sur l’entrée standard.")
@as_json
def create_user(
    email: str,
    name: str,
    role: str,
    slug: str | None,
    siret: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Open an account and give it its role, all or nothing."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with transaction() as session:
        territory_id = territories.by_slug(session, slug).id if slug else None
        organisation_id = None
        if siret:
            organisation = organisations.find_or_create(session, IdentifierScheme.SIRET, siret)
            if role in {each.value for each in OrganisationRoleName}:
                organisations.add_role(session, organisation, OrganisationRoleName(role))
            organisation_id = organisation.id
        made = accounts.create_user(session, email, name, password, by=None)
        accounts.add_membership(
            session,
            made,
            MembershipRole(role),
            by=None,
            territory_id=territory_id,
            organisation_id=organisation_id,
        )
        result = {"id": made.id, "email": made.email, "role": role}
        if password is None:
            token = links.issue(session, "set_password", "user", made.id, made.email, at=now(), days=7)
            result["password_path"] = f"/lien/mot-de-passe/{token}"
    if as_json:
        print_json(result)
    elif "password_path" in result:
        click.echo(result["password_path"])
    say(f"Compte de {name} créé ({MembershipRole(role).label}).")
