"""The trade's coded words: what is stored is the code, what is read is the French label."""

from enum import StrEnum

from facilitator.contract_types import CONTRACT_GROUPS, MAPPING_VERSION, ContractType, SurveyGroup
from facilitator.labels import Labelled
from facilitator.paperwork import DocumentKind, DocumentVerdict, FieldActionKind
from facilitator.publics import (
    SENSITIVE_CRITERIA,
    Criterion,
    CriterionFamily,
    EducationLevel,
    EligibilityState,
    Sex,
)
from facilitator.situations import AnsweredBy, Channel, FollowUpOutcome, OutOfScope, Situation

__all__ = [
    "CONTRACT_GROUPS",
    "IAE_KINDS",
    "MAPPING_VERSION",
    "SENSITIVE_CRITERIA",
    "AnsweredBy",
    "AuthorityCategory",
    "AwardRole",
    "BilanKind",
    "BilanScope",
    "CalibrationBasis",
    "Channel",
    "ClauseKind",
    "ContractType",
    "Criterion",
    "CriterionFamily",
    "DocumentKind",
    "DocumentVerdict",
    "EducationLevel",
    "EligibilityState",
    "FieldActionKind",
    "FollowUpOutcome",
    "GroupementForm",
    "IdentifierScheme",
    "Labelled",
    "LedgerKind",
    "LotDateKind",
    "MembershipRole",
    "OrganisationRoleName",
    "OutOfScope",
    "Pace",
    "Periodicity",
    "PlacementMode",
    "PlacementState",
    "Reason",
    "Sex",
    "SiaeKind",
    "Situation",
    "SocialConsideration",
    "Standing",
    "SurveyGroup",
    "TerritoryKind",
    "TimesheetState",
    "ToleranceKind",
    "TrancheState",
]


class AuthorityCategory(Labelled):
    """The national survey's nine kinds of buyer, and three more met in the field."""

    commune = "commune", "Commune"
    bailleur_social = "bailleur_social", "Bailleur social"
    epci = "epci", "EPCI"
    sem = "sem", "SEM"
    region = "region", "Région"
    departement = "departement", "Département"
    etat = "etat", "Service de l’État"
    etablissement_public = "etablissement_public", "Établissement public"
    hopital = "hopital", "Hôpital"
    spl = "spl", "SPL"
    prive = "prive", "Donneur d’ordre privé"
    autre = "autre", "Autre"


class SiaeKind(Labelled):
    """The kinds of structure that employ or make available people on an insertion path."""

    EI = "EI", "Entreprise d’insertion"
    ETTI = "ETTI", "Entreprise de travail temporaire d’insertion"
    AI = "AI", "Association intermédiaire"
    ACI = "ACI", "Atelier et chantier d’insertion"
    EITI = "EITI", "Entreprise d’insertion par le travail indépendant"
    GEIQ = "GEIQ", "Groupement d’employeurs pour l’insertion et la qualification"
    EA = "EA", "Entreprise adaptée"
    EATT = "EATT", "Entreprise adaptée de travail temporaire"
    ESAT = "ESAT", "Établissement ou service d’aide par le travail"
    RQ = "RQ", "Régie de quartier ou de territoire"
    ETT = "ETT", "Entreprise de travail temporaire"


# Structures of the «insertion par l’activité économique» (code du travail, L5132-4).
IAE_KINDS = frozenset({SiaeKind.EI, SiaeKind.ETTI, SiaeKind.AI, SiaeKind.ACI, SiaeKind.EITI})


class OrganisationRoleName(Labelled):
    """The parts that an organisation may play; one SIRET may play several."""

    authority = "authority", "Donneur d’ordre"
    company = "company", "Entreprise"
    siae = "siae", "Structure d’insertion"
    referrer = "referrer", "Prescripteur"


class MembershipRole(Labelled):
    """What a user is, in a territory or in an organisation."""

    administrator = "administrator", "Administrateur"
    facilitator = "facilitator", "Facilitateur"
    authority = "authority", "Donneur d’ordre"
    company = "company", "Entreprise"
    siae = "siae", "Structure d’insertion"
    referrer = "referrer", "Conseiller référent"


class TerritoryKind(Labelled):
    """The legal bearer of a single window."""

    plie = "plie", "PLIE"
    mde = "mde", "Maison de l’emploi"
    epci = "epci", "EPCI"
    gip = "gip", "GIP"
    autre = "autre", "Autre structure porteuse"


class IdentifierScheme(Labelled):
    """How an organisation is identified, with the codes of the DECP."""

    SIRET = "SIRET", "SIRET"
    TVA = "TVA", "TVA intracommunautaire"
    HORS_UE = "HORS-UE", "Identifiant hors Union européenne"
    UE = "UE", "Identifiant de l’Union européenne"
    TAHITI = "TAHITI", "Numéro TAHITI"
    RIDET = "RIDET", "Numéro RIDET"
    FRWF = "FRWF", "Identifiant de Wallis-et-Futuna"
    IREP = "IREP", "Identifiant IREP"
    AUTRE = "AUTRE", "Autre identifiant"


class ClauseKind(Labelled):
    """The legal ground of a social clause (code de la commande publique)."""

    execution = "execution", "Condition d’exécution (L2112-2)"
    execution_obligatoire = "execution_obligatoire", "Condition d’exécution obligatoire (L2112-2-1)"
    reserve_handicap = "reserve_handicap", "Marché réservé EA et ESAT (L2113-12)"
    reserve_iae = "reserve_iae", "Marché réservé SIAE (L2113-13)"
    reserve_prison = "reserve_prison", "Marché réservé au travail pénitentiaire (L2113-13-1)"
    reserve_ess = "reserve_ess", "Marché réservé ESS (L2113-15)"
    insertion = "insertion", "Marché d’insertion (R2123-1)"
    critere = "critere", "Critère d’attribution (R2152-7)"


class SocialConsideration(Labelled):
    """A social consideration as the DECP publish it; nothing published means «not said»."""

    clause = "clause", "Clause sociale"
    critere = "critere", "Critère social"
    reserve = "reserve", "Marché réservé"
    aucune = "aucune", "Pas de considération sociale"


class LedgerKind(Labelled):
    """Why the hours owed by a lot change."""

    initial = "initial", "Engagement initial"
    offre_superieure = "offre_superieure", "Offre supérieure au minimum"
    tranche = "tranche", "Tranche optionnelle"
    avenant = "avenant", "Avenant"
    bon_de_commande = "bon_de_commande", "Bon de commande"
    facturation = "facturation", "Facturation"
    heures_travaillees = "heures_travaillees", "Heures travaillées sur le chantier"
    reconduction = "reconduction", "Reconduction"
    transfert = "transfert", "Transfert entre entreprises"
    remise = "remise", "Remise d’heures"


class TrancheState(Labelled):
    """Where an optional tranche stands on a day; it is read from its dates, never stored."""

    non_affermie = "non_affermie", "Non affermie"
    affermie = "affermie", "Affermie"
    caduque = "caduque", "Caduque"


class LotDateKind(Labelled):
    """The two dates that bound the execution of a lot; each is a dated fact."""

    start = "start", "Début d’exécution"
    end = "end", "Fin d’exécution"


class CalibrationBasis(Labelled):
    """The five ways to size a commitment."""

    labour_share = "labour_share", "Part de main-d’œuvre"
    site_share = "site_share", "Part des heures du chantier"
    invoiced = "invoiced", "Montants facturés"
    per_order = "per_order", "Par bon de commande"
    typed = "typed", "Nombre d’heures saisi"


class GroupementForm(Labelled):
    """How the companies of a groupement answer for the hours."""

    solidaire = "solidaire", "Groupement solidaire"
    conjoint = "conjoint", "Groupement conjoint"
    conjoint_mandataire_solidaire = (
        "conjoint_mandataire_solidaire",
        "Groupement conjoint à mandataire solidaire",
    )


class ToleranceKind(Labelled):
    """What a penalty rule forgives."""

    none = "none", "Aucune tolérance"
    seuil = "seuil", "Seuil (au-delà, tout est dû)"
    franchise = "franchise", "Franchise (jamais due)"


class AwardRole(Labelled):
    """The part of a company in the execution of a lot."""

    titulaire = "titulaire", "Titulaire"
    mandataire = "mandataire", "Mandataire"
    cotraitant = "cotraitant", "Cotraitant"
    sous_traitant = "sous_traitant", "Sous-traitant"


class PlacementMode(Labelled):
    """By which way a person works on the lot."""

    embauche_directe = "embauche_directe", "Embauche directe"
    mise_a_disposition = "mise_a_disposition", "Mise à disposition"
    sous_traitance = "sous_traitance", "Sous-traitance ou cotraitance"
    marche_reserve = "marche_reserve", "Marché réservé"


class PlacementState(Labelled):
    """Where a placement stands; under way and ended come from dates."""

    proposed = "proposed", "Proposée"
    confirmed = "confirmed", "Confirmée"
    declined = "declined", "Déclinée"
    withdrawn = "withdrawn", "Retirée"


class TimesheetState(Labelled):
    """Where a relevé of hours stands."""

    declared = "declared", "En attente de validation"
    validated = "validated", "Validé"
    refused = "refused", "Refusé"
    replaced = "replaced", "Remplacé"


class Standing(Labelled):
    """In which total the hours of a share stand; `outside` is in none."""

    counted = "counted", "Validées"
    awaiting = "awaiting", "En attente"
    refused = "refused", "Refusées"
    outside = "outside", "Hors total"


class Reason(StrEnum):
    """Why validated hours are not retained, in order of precedence, and what would mend it."""

    label: str
    mend: str

    def __new__(cls, value: str, label: str = "", mend: str = "") -> "Reason":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.mend = label, mend
        return member

    no_eligibility = (
        "no_eligibility",
        "sans éligibilité validée",
        "Validez la fiche d’éligibilité de la personne, avec sa date d’effet.",
    )
    before_eligibility = (
        "before_eligibility",
        "avant la validité de l’éligibilité",
        "Ces heures ne comptent pas ; corrigez la date d’effet de la fiche si une preuve plus ancienne existe.",
    )
    after_window = (
        "after_window",
        "au-delà des 24 mois ou de la durée fixée",
        "Prolongez la période d’éligibilité avec un motif, ou ouvrez-en une nouvelle sur une nouvelle preuve.",
    )
    between_windows = (
        "between_windows",
        "pendant une suspension ou entre deux périodes d’éligibilité",
        "Vérifiez les dates de la suspension et celles des périodes d’éligibilité.",
    )
    outside_contract = (
        "outside_contract",
        "hors des dates du contrat",
        "Corrigez les dates du contrat, ou rattachez le relevé au bon contrat.",
    )
    outside_placement = (
        "outside_placement",
        "hors des dates de la mise à l’emploi",
        "Corrigez les dates de la mise à l’emploi, ou rattachez les heures à la bonne.",
    )
    outside_execution = (
        "outside_execution",
        "hors de l’exécution du lot",
        "Vérifiez l’ordre de service et la fin du lot\u00a0; un avenant peut déplacer la fin.",
    )
    public_not_admitted = (
        "public_not_admitted",
        "public non admis par le lot",
        "Ajoutez à la fiche un critère admis par le lot, ou complétez les publics admis avec l’accord du donneur d’ordre.",
    )
    mode_not_admitted = (
        "mode_not_admitted",
        "mode non admis par le lot",
        "Corrigez le mode de la mise à l’emploi, ou complétez les modes admis avec l’accord du donneur d’ordre.",
    )
    to_split = (
        "to_split",
        "à préciser",
        "Partagez la période à la date indiquée : la partie admise sera retenue.",
    )
    training_above_cap = (
        "training_above_cap",
        "formation au-delà du plafond",
        "Vérifiez la part de formation du relevé, ou le plafond fixé par le territoire.",
    )


class Periodicity(Labelled):
    """How often a company reports on a lot."""

    monthly = "monthly", "Mensuelle"
    quarterly = "quarterly", "Trimestrielle"


class Pace(StrEnum):
    """The rythme of a lot: retained hours against expected hours, told by a word and a symbol, never by colour alone."""

    label: str
    symbol: str

    def __new__(cls, value: str, label: str = "", symbol: str = "") -> "Pace":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.symbol = label, symbol
        return member

    ahead = "ahead", "En avance", "●"
    on_time = "on_time", "Dans le rythme", "●"
    late = "late", "En retard", "▲"
    critical = "critical", "Critique", "■"


class BilanKind(Labelled):
    """What a bilan is for: to follow the execution, or to close it."""

    interim = "interim", "intermédiaire"
    final = "final", "définitif"


class BilanScope(Labelled):
    """What a bilan is about."""

    lot = "lot", "lot"
    market = "market", "marché"
    buyer = "buyer", "donneur d’ordre"
