"""Who counts: the eligibility criteria with their usual proof, and the facts known of a person."""

from enum import StrEnum

from facilitator.labels import Labelled


class CriterionFamily(Labelled):
    """Where a criterion comes from: the structure that employs, or the person's distance from work."""

    structure = "structure", "Par la structure"
    distance = "distance", "Par l’éloignement de l’emploi"


class Criterion(StrEnum):
    """A ground of eligibility (trade.md §3), with its usual proof and the proof's greatest age in months."""

    label: str
    family: CriterionFamily
    proof: str
    proof_months: int | None

    def __new__(
        cls,
        value: str,
        label: str = "",
        family: CriterionFamily = CriterionFamily.distance,
        proof: str = "",
        proof_months: int | None = None,
    ) -> "Criterion":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.family = label, family
        member.proof, member.proof_months = proof, proof_months
        return member

    ei = (
        "ei",
        "Salarié d’une entreprise d’insertion",
        CriterionFamily.structure,
        "Contrat de travail",
        None,
    )
    aci = (
        "aci",
        "Salarié d’un atelier et chantier d’insertion",
        CriterionFamily.structure,
        "Contrat de travail",
        None,
    )
    ai = (
        "ai",
        "Mis à disposition par une association intermédiaire",
        CriterionFamily.structure,
        "Contrat de mise à disposition",
        None,
    )
    etti = (
        "etti",
        "Mis à disposition par une ETTI",
        CriterionFamily.structure,
        "Contrat de mission",
        None,
    )
    geiq = (
        "geiq",
        "Mis à disposition par un GEIQ",
        CriterionFamily.structure,
        "Contrat de mise à disposition",
        None,
    )
    ea = (
        "ea",
        "Salarié d’une entreprise adaptée",
        CriterionFamily.structure,
        "Contrat de travail",
        None,
    )
    eatt = (
        "eatt",
        "Mis à disposition par une EATT",
        CriterionFamily.structure,
        "Contrat de mission",
        None,
    )
    esat = "esat", "Usager d’un ESAT", CriterionFamily.structure, "Attestation de l’ESAT", None
    regie = (
        "regie",
        "Salarié d’une régie de quartier ou de territoire",
        CriterionFamily.structure,
        "Contrat de travail",
        None,
    )
    epide = "epide", "Volontaire de l’EPIDE", CriterionFamily.structure, "Attestation de l’EPIDE", 6
    e2c = (
        "e2c",
        "Stagiaire d’une école de la deuxième chance",
        CriterionFamily.structure,
        "Attestation de l’école",
        6,
    )
    prison = (
        "prison",
        "Travail en atelier pénitentiaire",
        CriterionFamily.structure,
        "Contrat d’emploi pénitentiaire",
        None,
    )
    pass_iae = (
        "pass_iae",
        "PASS IAE en cours de validité",
        CriterionFamily.structure,
        "PASS IAE",
        None,
    )
    deld = (
        "deld",
        "Demandeur d’emploi depuis plus de 12 mois",
        CriterionFamily.distance,
        "Historique d’inscription à France Travail",
        3,
    )
    rsa = (
        "rsa",
        "Bénéficiaire du RSA ou ayant droit",
        CriterionFamily.distance,
        "Attestation de RSA",
        3,
    )
    ass = (
        "ass",
        "Allocataire de l’ASS",
        CriterionFamily.distance,
        "Attestation de paiement de l’ASS",
        3,
    )
    aah = (
        "aah",
        "Allocataire de l’AAH",
        CriterionFamily.distance,
        "Attestation de paiement de l’AAH",
        3,
    )
    invalidite = (
        "invalidite",
        "Titulaire d’une pension d’invalidité",
        CriterionFamily.distance,
        "Titre de pension",
        12,
    )
    rqth = (
        "rqth",
        "Bénéficiaire de l’obligation d’emploi (RQTH)",
        CriterionFamily.distance,
        "Notification en cours de validité",
        None,
    )
    jeune_sans_diplome = (
        "jeune_sans_diplome",
        "Moins de 26 ans, sans diplôme de niveau 3, sorti de l’école depuis 6 mois",
        CriterionFamily.distance,
        "Attestation de la mission locale",
        6,
    )
    jeune_diplome = (
        "jeune_diplome",
        "Moins de 26 ans, diplômé, inactif depuis 6 mois",
        CriterionFamily.distance,
        "Attestation de la mission locale",
        6,
    )
    senior = "senior", "Plus de 50 ans", CriterionFamily.distance, "Pièce d’identité", None
    qpv = (
        "qpv",
        "Habitant d’un quartier prioritaire (QPV)",
        CriterionFamily.distance,
        "Justificatif de domicile",
        6,
    )
    cej = (
        "cej",
        "Jeune en accompagnement renforcé (CEJ, PACEA)",
        CriterionFamily.distance,
        "Contrat d’engagement",
        6,
    )
    refugie = (
        "refugie",
        "Réfugié ou protégé subsidiaire",
        CriterionFamily.distance,
        "Titre de séjour",
        None,
    )
    plie = (
        "plie",
        "Participant d’un PLIE",
        CriterionFamily.distance,
        "Attestation d’entrée au PLIE",
        6,
    )
    avis_motive = (
        "avis_motive",
        "Avis motivé d’un organisme habilité",
        CriterionFamily.distance,
        "Avis écrit et signé",
        3,
    )

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return the (code, French label) pairs of the criteria, in their own order, for a form field."""
        return [(member.value, member.label) for member in cls]


# Shown at buyer level only, never by lot: health and detention would name the person.
SENSITIVE_CRITERIA = frozenset(
    {Criterion.rqth, Criterion.aah, Criterion.invalidite, Criterion.esat, Criterion.prison}
)


class EligibilityState(Labelled):
    """Where a request for eligibility stands."""

    received = "received", "Reçue"
    incomplete = "incomplete", "À compléter"
    validated = "validated", "Validée"
    refused = "refused", "Refusée"
    dropped = "dropped", "Sans suite"


class Sex(Labelled):
    """The sex of a person as the national survey counts it."""

    f = "f", "Femme"
    h = "h", "Homme"


class EducationLevel(Labelled):
    """The highest diploma of a person, in the survey's four levels."""

    none = "none", "Sans diplôme"
    cap_bep = "cap_bep", "CAP ou BEP"
    bac = "bac", "Bac"
    bac_plus = "bac_plus", "Supérieur au bac"
