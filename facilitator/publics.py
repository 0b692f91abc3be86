"""Who counts: the eligibility criteria with their usual proof, and the facts known of a person."""

from enum import StrEnum

from facilitator.labels import Labelled


class CriterionFamily(Labelled):
    """Where a criterion comes from: the structure that employs, or the person's distance from work."""

    STRUCTURE = "structure", "Par la structure"
    DISTANCE = "distance", "Par l’éloignement de l’emploi"


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
        family: CriterionFamily = CriterionFamily.DISTANCE,
        proof: str = "",
        proof_months: int | None = None,
    ) -> "Criterion":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.family = label, family
        member.proof, member.proof_months = proof, proof_months
        return member

    EI = "ei", "Salarié d’une entreprise d’insertion", CriterionFamily.STRUCTURE, "Contrat de travail", None
    ACI = "aci", "Salarié d’un atelier et chantier d’insertion", CriterionFamily.STRUCTURE, "Contrat de travail", None
    AI = "ai", "Mis à disposition par une association intermédiaire", CriterionFamily.STRUCTURE, "Contrat de mise à disposition", None
    ETTI = "etti", "Mis à disposition par une ETTI", CriterionFamily.STRUCTURE, "Contrat de mission", None
    GEIQ = "geiq", "Mis à disposition par un GEIQ", CriterionFamily.STRUCTURE, "Contrat de mise à disposition", None
    EA = "ea", "Salarié d’une entreprise adaptée", CriterionFamily.STRUCTURE, "Contrat de travail", None
    EATT = "eatt", "Mis à disposition par une EATT", CriterionFamily.STRUCTURE, "Contrat de mission", None
    ESAT = "esat", "Usager d’un ESAT", CriterionFamily.STRUCTURE, "Attestation de l’ESAT", None
    REGIE = "regie", "Salarié d’une régie de quartier ou de territoire", CriterionFamily.STRUCTURE, "Contrat de travail", None
    EPIDE = "epide", "Volontaire de l’EPIDE", CriterionFamily.STRUCTURE, "Attestation de l’EPIDE", 6
    E2C = "e2c", "Stagiaire d’une école de la deuxième chance", CriterionFamily.STRUCTURE, "Attestation de l’école", 6
    PRISON = "prison", "Travail en atelier pénitentiaire", CriterionFamily.STRUCTURE, "Contrat d’emploi pénitentiaire", None
    PASS_IAE = "pass_iae", "PASS IAE en cours de validité", CriterionFamily.STRUCTURE, "PASS IAE", None
    DELD = "deld", "Demandeur d’emploi depuis plus de 12 mois", CriterionFamily.DISTANCE, "Historique d’inscription à France Travail", 3
    RSA = "rsa", "Bénéficiaire du RSA ou ayant droit", CriterionFamily.DISTANCE, "Attestation de RSA", 3
    ASS = "ass", "Allocataire de l’ASS", CriterionFamily.DISTANCE, "Attestation de paiement de l’ASS", 3
    AAH = "aah", "Allocataire de l’AAH", CriterionFamily.DISTANCE, "Attestation de paiement de l’AAH", 3
    INVALIDITE = "invalidite", "Titulaire d’une pension d’invalidité", CriterionFamily.DISTANCE, "Titre de pension", 12
    RQTH = "rqth", "Bénéficiaire de l’obligation d’emploi (RQTH)", CriterionFamily.DISTANCE, "Notification en cours de validité", None
    JEUNE_SANS_DIPLOME = (
        "jeune_sans_dip",
        "Moins de 26 ans, sans diplôme de niveau 3, sorti de l’école depuis 6 mois",
        CriterionFamily.DISTANCE,
        "Attestation de la mission locale",
        6,
    )
    JEUNE_DIPLOME = (
        "jeune_diplome",
        "Moins de 26 ans, diplômé, inactif depuis 6 mois",
        CriterionFamily.DISTANCE,
        "Attestation de la mission locale",
        6,
    )
    SENIOR = "senior", "Plus de 50 ans", CriterionFamily.DISTANCE, "Pièce d’identité", None
    QPV = "qpv", "Habitant d’un quartier prioritaire (QPV)", CriterionFamily.DISTANCE, "Justificatif de domicile", 6
    CEJ = "cej", "Jeune en accompagnement renforcé (CEJ, PACEA)", CriterionFamily.DISTANCE, "Contrat d’engagement", 6
    REFUGIE = "refugie", "Réfugié ou protégé subsidiaire", CriterionFamily.DISTANCE, "Titre de séjour", None
    PLIE = "plie", "Participant d’un PLIE", CriterionFamily.DISTANCE, "Attestation d’entrée au PLIE", 6
    AVIS_MOTIVE = "avis_motive", "Avis motivé d’un organisme habilité", CriterionFamily.DISTANCE, "Avis écrit et signé", 3

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return the (code, French label) pairs of the criteria, in their own order, for a form field."""
        return [(member.value, member.label) for member in cls]


# Shown at buyer level only, never by lot: health and detention would name the person.
SENSITIVE_CRITERIA = frozenset({Criterion.RQTH, Criterion.AAH, Criterion.INVALIDITE, Criterion.ESAT, Criterion.PRISON})


class EligibilityState(Labelled):
    """Where a request for eligibility stands."""

    RECEIVED = "received", "Reçue"
    INCOMPLETE = "incomplete", "À compléter"
    VALIDATED = "validated", "Validée"
    REFUSED = "refused", "Refusée"
    DROPPED = "dropped", "Sans suite"


class Sex(Labelled):
    """The sex of a person as the national survey counts it."""

    WOMAN = "f", "Femme"
    MAN = "h", "Homme"


class EducationLevel(Labelled):
    """The highest diploma of a person, in the survey's four levels."""

    NONE = "none", "Sans diplôme"
    CAP_BEP = "cap_bep", "CAP ou BEP"
    BAC = "bac", "Bac"
    BAC_PLUS = "bac_plus", "Supérieur au bac"
