"""The bilan of a buyer from the command line: `compliance`."""

import datetime
from pathlib import Path

import click
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from facilitator import bilans, french
from facilitator.commands.frame import reading, say
from facilitator.commands.options import day, write_file
from facilitator.markets import Market
from facilitator.organisations import Organisation, OrganisationRole
from facilitator.refusals import Refused
from facilitator.vocabulary import IdentifierScheme, OrganisationRoleName
from facilitator.web.clock import today
from reports import compliance_workbook


class BilanRefused(Refused):
    """The bilan cannot be drawn up as asked; nothing was written."""


@click.command(help="Écrit le bilan d’un donneur d’ordre dans un classeur XLSX.")
@click.option("--authority", "siret", required=True, help="SIRET du donneur d’ordre.")
@click.option("--market", "decp_id", help="Identifiant du marché\u00a0; sans lui, tous les marchés.")
@click.option("--on", callback=day, help="Date de la situation, AAAA-MM-JJ (aujourd’hui par défaut).")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="Fichier XLSX à écrire.")
def compliance(siret: str, decp_id: str | None, on: datetime.date | None, output: Path) -> None:
    """One workbook; refuses an unknown buyer, one without market, a day to come, a place that cannot be written."""
    made_on = today()
    with reading() as session:
        buyer = _buyer(session, siret)
        market = _market(session, buyer, decp_id)
        bilan = bilans.of_authority(session, buyer, on or made_on, made_on, market)
        write_file(output, compliance_workbook.build(bilan))
    when = french.date(bilan.situation.on)
    lots = french.plural(bilan.situation.statement.lots, "lot")
    say(f"Bilan de {bilan.situation.buyer} au {when} ({lots}) écrit dans {output}.")


def _buyer(session: Session, siret: str) -> Organisation:
    written = "".join(siret.split())
    acts = exists().where(
        OrganisationRole.organisation_id == Organisation.id,
        OrganisationRole.role == OrganisationRoleName.authority,
    )
    buys = exists().where(Market.buyer_id == Organisation.id)
    found = session.scalar(
        select(Organisation).where(
            Organisation.scheme == IdentifierScheme.SIRET, Organisation.identifier == written, acts | buys
        )
    )
    if found is None:
        raise BilanRefused(
            f"Aucun donneur d’ordre n’a le SIRET {siret}. Vérifiez ses 14 chiffres, ou importez d’abord ses marchés."
        )
    return found


def _market(session: Session, buyer: Organisation, decp_id: str | None) -> Market | None:
    """The market asked for; with several territories any of its rows names it."""
    query = select(Market).where(Market.buyer_id == buyer.id).order_by(Market.pilot.desc(), Market.id)
    if decp_id is not None:
        query = query.where(Market.decp_id == decp_id)
    found = session.scalar(query.limit(1))
    if found is not None:
        return None if decp_id is None else found
    if decp_id is None:
        raise BilanRefused(
            f"{buyer.label} n’a encore aucun marché suivi\u00a0: il n’y a pas de bilan à écrire."
        )
    raise BilanRefused(
        f"{buyer.label} n’a pas de marché «\u00a0{decp_id}\u00a0». Écrivez l’identifiant publié (DECP), sans espace."
    )
