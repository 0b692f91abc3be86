"""Employers: the SIAE or company named by a SIRET or a few words, and the mode that follows from its kind."""

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import organisations
from facilitator.awards import Award
from facilitator.organisations import Organisation, OrganisationRefused, OrganisationRole
from facilitator.vocabulary import AwardRole, OrganisationRoleName, PlacementMode, SiaeKind

MANY = 12  # more answers than one reads
LENDERS = frozenset({SiaeKind.ETTI, SiaeKind.AI, SiaeKind.GEIQ, SiaeKind.EATT, SiaeKind.ETT})
PARTNERS = frozenset({AwardRole.cotraitant, AwardRole.sous_traitant})


def find(session: Session, typed: str | None, award: Award) -> list[Organisation]:
    """The employers that these words may name: nothing typed is the company of the lot.

    Refuses words that name nobody, and words that name more than one can read.
    """
    if not typed:
        return [session.get_one(Organisation, award.organisation_id)]
    digits = re.search(r"[0-9]{14}", re.sub(r"[\s.\u00a0\u202f]", "", typed))
    if digits:
        return [_by_siret(session, digits.group())]
    siae = select(OrganisationRole.organisation_id).where(OrganisationRole.role == OrganisationRoleName.siae)
    query = organisations.search(typed).where(
        Organisation.id.in_(siae) | (Organisation.id == award.organisation_id)
    )
    found = list(session.scalars(query.order_by(Organisation.name, Organisation.id).limit(MANY + 1)))
    same = [each for each in found if (each.name or "").casefold() == typed.casefold()]
    if len(same) == 1:
        return same
    if not found:
        raise OrganisationRefused(
            f"Aucune structure d’insertion connue ne s’appelle «\u00a0{typed}\u00a0». Tapez une partie de son nom,"
            " ou son SIRET."
        )
    if len(found) > MANY:
        raise OrganisationRefused(
            f"Plus de {MANY}\u00a0structures portent «\u00a0{typed}\u00a0» dans leur nom. Précisez le nom, ou tapez le SIRET."
        )
    return found


def kinds_of(session: Session, organisation_id: int) -> frozenset[SiaeKind]:
    """What kinds of SIAE this organisation is; none when it is none."""
    rows = session.scalars(
        select(OrganisationRole.kind).where(
            OrganisationRole.organisation_id == organisation_id,
            OrganisationRole.role == OrganisationRoleName.siae,
            OrganisationRole.kind != "",
        )
    )
    return frozenset(SiaeKind(kind) for kind in rows)


def likely_mode(
    kinds: Iterable[SiaeKind], award: Award, employer_id: int, clause: str | None
) -> PlacementMode | None:
    """The mode that follows from who employs and on what lot (trade.md §4); None when both ways are open."""
    kinds = frozenset(kinds)
    if clause and clause.startswith("reserve") and kinds:
        return PlacementMode.marche_reserve
    if employer_id == award.organisation_id:
        works_beside = bool(kinds) and award.role in PARTNERS
        return PlacementMode.sous_traitance if works_beside else PlacementMode.embauche_directe
    if kinds <= LENDERS and kinds:
        return PlacementMode.mise_a_disposition
    return PlacementMode.sous_traitance if kinds and not kinds & LENDERS else None


def _by_siret(session: Session, siret: str) -> Organisation:
    known = organisations.by_siret(session, siret)
    if known is None:
        raise OrganisationRefused(
            f"Aucune organisation connue ne porte le SIRET {siret}. Vérifiez-le, ou ajoutez d’abord l’organisation."
        )
    return known
