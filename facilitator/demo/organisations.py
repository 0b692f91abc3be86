"""Buyers, companies, SIAE and referrers of the demonstration."""

from dataclasses import dataclass
from random import Random

from sqlalchemy.orm import Session

from facilitator import organisations
from facilitator.demo import names
from facilitator.organisations import Contact, Organisation
from facilitator.vocabulary import AuthorityCategory as Category
from facilitator.vocabulary import OrganisationRoleName as Role
from facilitator.vocabulary import SiaeKind

BUYERS = (
    ("Ville d’Exemple", Category.commune),
    ("Ville de Rives-Fictives", Category.commune),
    ("Val d’Exemple Agglomération", Category.epci),
    ("Habitat d’Exemple", Category.bailleur_social),
    ("Logis des Rives-Fictives", Category.bailleur_social),
    ("Région Imaginaire", Category.region),
    ("Département de la Fable", Category.departement),
    ("Direction fictive des bâtiments de l’État", Category.etat),
    ("Établissement public foncier d’Exemple", Category.etablissement_public),
    ("Centre hospitalier d’Exemple", Category.hopital),
    ("SEM Val d’Exemple Aménagement", Category.sem),
    ("SPL Rives-Fictives Équipement", Category.spl),
)
SIAE = (
    (SiaeKind.ETTI, ("Tremplin Intérim d’Exemple", "Passerelle Intérim Fictive", "Relais Travail du Conte", "Élan Intérim de la Fable", "Cap Mission Imaginaire")),
    (SiaeKind.EI, ("Chantiers Solidaires d’Exemple", "Façades et Parcours", "Les Bâtisseurs Fictifs", "Net’Parcours d’Exemple", "Recyclerie de la Fable")),
    (SiaeKind.ACI, ("Jardins du Conte", "Ateliers du Val d’Exemple", "Chantier École Imaginaire", "Les Sentiers Fictifs")),
    (SiaeKind.AI, ("Entraide Emploi d’Exemple", "Services du Conte", "Coup de Main Fictif")),
    (SiaeKind.GEIQ, ("GEIQ BTP d’Exemple", "GEIQ Propreté Imaginaire")),
    (SiaeKind.EA, ("Atelier Adapté de la Fable",)),
    (SiaeKind.EATT, ("Intérim Adapté d’Exemple",)),
    (SiaeKind.ESAT, ("ESAT des Tilleuls Fictifs",)),
    (SiaeKind.RQ, ("Régie de quartier des Rives-Fictives",)),
    (SiaeKind.EITI, ("Indépendants en Chemin",)),
    (SiaeKind.ETT, ("Travail Temporaire du Conte",)),
)  # fmt: skip
REFERRERS = ("Mission locale d’Exemple", "France Travail (agence fictive)", "Cap emploi de la Fable")
COMPANIES = 60


@dataclass(frozen=True)
class Cast:
    """Who plays in the demonstration."""

    buyers: list[Organisation]
    companies: list[Organisation]
    siae: dict[SiaeKind, list[Organisation]]
    referrers: list[Organisation]


def gather(session: Session, random: Random, territory_id: int) -> Cast:
    """Create every organisation, with its roles and a contact for the territory."""
    numbers = iter(range(1, 1000))

    def make(name: str, role: Role, kind: str = "") -> Organisation:
        made = organisations.find_or_create(session, "SIRET", names.siret(next(numbers)), name)
        made.city, made.postcode = "Exemple", "00000"
        organisations.add_role(session, made, role, kind)
        return made

    buyers = [make(name, Role.authority, category) for name, category in BUYERS]
    siae = {kind: [make(name, Role.siae, kind) for name in known] for kind, known in SIAE}
    companies = [make(name, Role.company) for name in names.company_names(random, COMPANIES)]
    referrers = [make(name, Role.referrer) for name in REFERRERS]
    everyone = [*buyers, *companies, *referrers, *(one for some in siae.values() for one in some)]
    for number, each in enumerate(everyone, 1):
        session.add(
            Contact(
                territory_id=territory_id,
                organisation_id=each.id,
                name=f"Contact fictif n°\u00a0{number}",
                position="Correspondant insertion",
                email=f"contact{number}@demo.example",
                phone="01 99 00 00 00",
            )
        )
    return Cast(buyers, companies, siae, referrers)
