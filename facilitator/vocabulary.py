"""The trade's coded words: what is stored is the code, what is read is the French label."""

from enum import StrEnum
from types import MappingProxyType
from typing import Mapping

from facilitator.labels import Labelled as Labelled
from facilitator.publics import SENSITIVE_CRITERIA as SENSITIVE_CRITERIA
from facilitator.publics import Criterion as Criterion
from facilitator.publics import CriterionFamily as CriterionFamily
from facilitator.publics import EducationLevel as EducationLevel
from facilitator.publics import EligibilityState as EligibilityState
from facilitator.publics import Sex as Sex
from facilitator.situations import AnsweredBy as AnsweredBy
from facilitator.situations import Channel as Channel
from facilitator.situations import FollowUpOutcome as FollowUpOutcome
from facilitator.situations import OutOfScope as OutOfScope
from facilitator.situations import Situation as Situation


class AuthorityCategory(Labelled):
    """The national survey's nine kinds of buyer, and three more met in the field."""

    COMMUNE = "commune", "Commune"
    BAILLEUR_SOCIAL = "bailleur_social", "Bailleur social"
    EPCI = "epci", "EPCI"
    SEM = "sem", "SEM"
    REGION = "region", "Région"
    DEPARTEMENT = "departement", "Département"
    ETAT = "etat", "Service de l’État"
    ETABLISSEMENT_PUBLIC = "etablissement_public", "Établissement public"
    HOPITAL = "hopital", "Hôpital"
    SPL = "spl", "SPL"
    PRIVE = "prive", "Donneur d’ordre privé"
    AUTRE = "autre", "Autre"


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

    AUTHORITY = "authority", "Donneur d’ordre"
    COMPANY = "company", "Entreprise"
    SIAE = "siae", "Structure d’insertion"
    REFERRER = "referrer", "Prescripteur"


class MembershipRole(Labelled):
    """What a user is, in a territory or in an organisation."""

    ADMINISTRATOR = "administrator", "Administrateur"
    FACILITATOR = "facilitator", "Facilitateur"
    AUTHORITY = "authority", "Donneur d’ordre"
    COMPANY = "company", "Entreprise"
    SIAE = "siae", "Structure d’insertion"
    REFERRER = "referrer", "Conseiller référent"


class TerritoryKind(Labelled):
    """The legal bearer of a single window."""

    PLIE = "plie", "PLIE"
    MDE = "mde", "Maison de l’emploi"
    EPCI = "epci", "EPCI"
    GIP = "gip", "GIP"
    AUTRE = "autre", "Autre structure porteuse"


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

    EXECUTION = "execution", "Condition d’exécution (L2112-2)"
    EXECUTION_OBLIGATOIRE = "execution_obl", "Condition d’exécution obligatoire (L2112-2-1)"
    RESERVE_HANDICAP = "reserve_handicap", "Marché réservé EA et ESAT (L2113-12)"
    RESERVE_IAE = "reserve_iae", "Marché réservé SIAE (L2113-13)"
    RESERVE_PRISON = "reserve_prison", "Marché réservé au travail pénitentiaire (L2113-13-1)"
    RESERVE_ESS = "reserve_ess", "Marché réservé ESS (L2113-15)"
    INSERTION = "insertion", "Marché d’insertion (R2123-1)"
    CRITERE = "critere", "Critère d’attribution (R2152-7)"


class SocialConsideration(Labelled):
    """A social consideration as the DECP publish it; nothing published means «not said»."""

    CLAUSE = "clause", "Clause sociale"
    CRITERE = "critere", "Critère social"
    RESERVE = "reserve", "Marché réservé"
    AUCUNE = "aucune", "Pas de considération sociale"


class LedgerKind(Labelled):
    """Why the hours owed by a lot change."""

    INITIAL = "initial", "Engagement initial"
    OFFRE_SUPERIEURE = "offre_superieure", "Offre supérieure au minimum"
    TRANCHE = "tranche", "Tranche optionnelle"
    AVENANT = "avenant", "Avenant"
    BON_DE_COMMANDE = "bon_de_commande", "Bon de commande"
    FACTURATION = "facturation", "Facturation"
    HEURES_TRAVAILLEES = "heures_travaillees", "Heures travaillées sur le chantier"
    RECONDUCTION = "reconduction", "Reconduction"
    TRANSFERT = "transfert", "Transfert entre entreprises"
    REMISE = "remise", "Remise d’heures"


class TrancheState(Labelled):
    """Where an optional tranche stands on a day; it is read from its dates, never stored."""

    NON_AFFERMIE = "non_affermie", "Non affermie"
    AFFERMIE = "affermie", "Affermie"
    CADUQUE = "caduque", "Caduque"


class LotDateKind(Labelled):
    """The two dates that bound the execution of a lot; each is a dated fact."""

    START = "start", "Début d’exécution"
    END = "end", "Fin d’exécution"


class CalibrationBasis(Labelled):
    """The five ways to size a commitment."""

    LABOUR_SHARE = "labour_share", "Part de main-d’œuvre"
    SITE_SHARE = "site_share", "Part des heures du chantier"
    INVOICED = "invoiced", "Montants facturés"
    PER_ORDER = "per_order", "Par bon de commande"
    TYPED = "typed", "Nombre d’heures saisi"


class GroupementForm(Labelled):
    """How the companies of a groupement answer for the hours."""

    SOLIDAIRE = "solidaire", "Groupement solidaire"
    CONJOINT = "conjoint", "Groupement conjoint"
    CONJOINT_MANDATAIRE_SOLIDAIRE = "conjoint_mandataire_solidaire", "Groupement conjoint à mandataire solidaire"


class ToleranceKind(Labelled):
    """What a penalty rule forgives."""

    NONE = "none", "Aucune tolérance"
    SEUIL = "seuil", "Seuil (au-delà, tout est dû)"
    FRANCHISE = "franchise", "Franchise (jamais due)"


class AwardRole(Labelled):
    """The part of a company in the execution of a lot."""

    TITULAIRE = "titulaire", "Titulaire"
    MANDATAIRE = "mandataire", "Mandataire"
    COTRAITANT = "cotraitant", "Cotraitant"
    SOUS_TRAITANT = "sous_traitant", "Sous-traitant"


class PlacementMode(Labelled):
    """By which way a person works on the lot."""

    EMBAUCHE_DIRECTE = "embauche_directe", "Embauche directe"
    MISE_A_DISPOSITION = "mise_a_disposition", "Mise à disposition"
    SOUS_TRAITANCE = "sous_traitance", "Sous-traitance ou cotraitance"
    MARCHE_RESERVE = "marche_reserve", "Marché réservé"


class PlacementState(Labelled):
    """Where a placement stands; under way and ended come from dates."""

    PROPOSED = "proposed", "Proposée"
    CONFIRMED = "confirmed", "Confirmée"
    DECLINED = "declined", "Déclinée"
    WITHDRAWN = "withdrawn", "Retirée"


class ContractType(Labelled):
    """The employment contracts that a placement rests on."""

    CDI = "cdi", "CDI"
    CDI_INCLUSION = "cdi_inclusion", "CDI inclusion"
    CDI_INTERIMAIRE = "cdi_interimaire", "CDI intérimaire"
    CDD = "cdd", "CDD"
    CDDU = "cddu", "CDD d’usage"
    CDDI = "cddi", "CDD d’insertion (CDDI)"
    CDD_TREMPLIN = "cdd_tremplin", "CDD tremplin"
    CTT = "ctt", "Contrat de travail temporaire (CTT)"
    APPRENTISSAGE = "apprentissage", "Contrat d’apprentissage"
    PROFESSIONNALISATION = "professionnalisation", "Contrat de professionnalisation"
    PEC = "pec", "Parcours emploi compétences (PEC)"
    CIE = "cie", "Contrat initiative emploi (CIE)"
    AUTRE = "autre", "Autre contrat"


class SurveyGroup(Labelled):
    """The six groups of contracts of the national survey; they always add up."""

    CDI = "cdi", "CDI"
    CDD = "cdd", "CDD"
    PROFESSIONNALISATION = "professionnalisation", "Contrat de professionnalisation"
    AIDE = "aide", "Contrat aidé"
    INTERIM = "interim", "Intérim"
    AUTRES = "autres", "Autres contrats"


MAPPING_VERSION = "2026-1"
CONTRACT_GROUPS: Mapping[ContractType, SurveyGroup] = MappingProxyType(
    {
        ContractType.CDI: SurveyGroup.CDI,
        ContractType.CDI_INCLUSION: SurveyGroup.CDI,
        ContractType.CDI_INTERIMAIRE: SurveyGroup.INTERIM,
        ContractType.CDD: SurveyGroup.CDD,
        ContractType.CDDU: SurveyGroup.CDD,
        ContractType.CDDI: SurveyGroup.CDD,
        ContractType.CDD_TREMPLIN: SurveyGroup.CDD,
        ContractType.CTT: SurveyGroup.INTERIM,
        ContractType.APPRENTISSAGE: SurveyGroup.AUTRES,
        ContractType.PROFESSIONNALISATION: SurveyGroup.PROFESSIONNALISATION,
        ContractType.PEC: SurveyGroup.AIDE,
        ContractType.CIE: SurveyGroup.AIDE,
        ContractType.AUTRE: SurveyGroup.AUTRES,
    }
)


class TimesheetState(Labelled):
    """Where a relevé of hours stands."""

    DECLARED = "declared", "En attente de validation"
    VALIDATED = "validated", "Validé"
    REFUSED = "refused", "Refusé"
    REPLACED = "replaced", "Remplacé"


class Standing(Labelled):
    """In which total the hours of a share stand; `outside` is in none."""

    COUNTED = "counted", "Validées"
    AWAITING = "awaiting", "En attente"
    REFUSED = "refused", "Refusées"
    OUTSIDE = "outside", "Hors total"


class Reason(StrEnum):
    """Why validated hours are not retained, in order of precedence, and what would mend it."""

    label: str
    mend: str

    def __new__(cls, value: str, label: str = "", mend: str = "") -> "Reason":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.mend = label, mend
        return member

    NO_ELIGIBILITY = (
        "no_eligibility",
        "sans éligibilité validée",
        "Validez la fiche d’éligibilité de la personne, avec sa date d’effet.",
    )
    BEFORE_ELIGIBILITY = (
        "before_eligibility",
        "avant la validité de l’éligibilité",
        "Ces heures ne comptent pas ; corrigez la date d’effet de la fiche si une preuve plus ancienne existe.",
    )
    AFTER_WINDOW = (
        "after_window",
        "au-delà des 24 mois ou de la durée fixée",
        "Prolongez la période d’éligibilité avec un motif, ou ouvrez-en une nouvelle sur une nouvelle preuve.",
    )
    BETWEEN_WINDOWS = (
        "between_windows",
        "pendant une suspension ou entre deux périodes d’éligibilité",
        "Vérifiez les dates de la suspension et celles des périodes d’éligibilité.",
    )
    OUTSIDE_CONTRACT = (
        "outside_contract",
        "hors des dates du contrat",
        "Corrigez les dates du contrat, ou rattachez le relevé au bon contrat.",
    )
    OUTSIDE_PLACEMENT = (
        "outside_placement",
        "hors des dates de la mise à l’emploi",
        "Corrigez les dates de la mise à l’emploi, ou rattachez les heures à la bonne.",
    )
    OUTSIDE_EXECUTION = (
        "outside_execution",
        "hors de l’exécution du lot",
        "Vérifiez l’ordre de service et la fin du lot ; un avenant peut déplacer la fin.",
    )
    PUBLIC_NOT_ADMITTED = (
        "public_not_admitted",
        "public non admis par le lot",
        "Ajoutez à la fiche un critère admis par le lot, ou complétez les publics admis avec l’accord de l’acheteur.",
    )
    MODE_NOT_ADMITTED = (
        "mode_not_admitted",
        "mode non admis par le lot",
        "Corrigez le mode de la mise à l’emploi, ou complétez les modes admis avec l’accord de l’acheteur.",
    )
    TO_SPLIT = (
        "to_split",
        "à préciser",
        "Partagez la période à la date indiquée : la partie admise sera retenue.",
    )
    TRAINING_ABOVE_CAP = (
        "training_above_cap",
        "formation au-delà du plafond",
        "Vérifiez la part de formation du relevé, ou le plafond fixé par le territoire.",
    )


class Periodicity(Labelled):
    """How often a company reports on a lot."""

    MONTHLY = "monthly", "Mensuelle"
    QUARTERLY = "quarterly", "Trimestrielle"


class Pace(StrEnum):
    """The rythme of a lot: retained hours against expected hours, told by a word and a symbol, never by colour alone."""

    label: str
    symbol: str

    def __new__(cls, value: str, label: str = "", symbol: str = "") -> "Pace":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.symbol = label, symbol
        return member

    AHEAD = "ahead", "En avance", "▲"
    ON_TIME = "on_time", "Dans le rythme", "●"
    LATE = "late", "En retard", "▼"
    CRITICAL = "critical", "Critique", "■"
