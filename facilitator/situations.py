"""What a person became: the words of the follow-up at 6 and 12 months."""

from facilitator.labels import Labelled


class FollowUpOutcome(Labelled):
    """How an attempt to hear from a person ended."""

    ANSWERED = "answered", "A répondu"
    UNREACHABLE = "unreachable", "Injoignable"
    REFUSED = "refused", "Refus de répondre"
    OUT_OF_SCOPE = "out_of_scope", "Hors champ"
    NOT_ASKED = "not_asked", "Non sollicité"


class OutOfScope(Labelled):
    """Why a person is out of the scope of a follow-up."""

    DEATH = "deces", "Décès"
    ABROAD = "etranger", "Départ à l’étranger"


class Situation(Labelled):
    """The situation of a person on the reference date (trade.md §6)."""

    CDI = "cdi", "CDI"
    CDD_LONG = "cdd_6_plus", "CDD de 6 mois ou plus"
    CDD_SHORT = "cdd_6_moins", "CDD de moins de 6 mois"
    INTERIM_LONG = "interim_6_plus", "Intérim, 6 mois ou plus en cumul"
    INTERIM_SHORT = "interim_6_moins", "Intérim, moins de 6 mois en cumul"
    APPRENTISSAGE = "apprentissage", "Contrat d’apprentissage"
    PROFESSIONNALISATION = "professionnalisation", "Contrat de professionnalisation"
    AIDE = "contrat_aide", "Contrat aidé"
    IAE = "contrat_iae", "Contrat en structure d’insertion (IAE)"
    CREATION = "creation", "Création d’activité"
    FONCTION_PUBLIQUE = "fonction_publique", "Fonction publique"
    FORMATION_QUALIFIANTE = "formation_qualif", "Formation qualifiante"
    FORMATION_AUTRE = "formation_autre", "Autre formation"
    PMSMP = "pmsmp", "Immersion (PMSMP)"
    EPIDE_E2C = "epide_e2c", "EPIDE ou école de la deuxième chance"
    SERVICE_CIVIQUE = "service_civique", "Service civique"
    SCOLARITE = "scolarite", "Retour en scolarité"
    RECHERCHE = "recherche", "En recherche d’emploi"
    CONGE = "conge", "Congé maternité ou maladie"
    RETRAITE = "retraite", "Retraite"
    INACTIF = "inactif", "Sans activité"
    DETENTION = "detention", "Détention"
    AUTRE = "autre", "Autre situation"


class Channel(Labelled):
    """By which way an answer or a confirmation came."""

    PHONE = "phone", "Téléphone"
    EMAIL = "email", "Courriel"
    SMS = "sms", "SMS"
    LETTER = "letter", "Courrier"
    MEETING = "meeting", "Entretien"
    VISIT = "visit", "Visite de chantier"
    FORM = "form", "Formulaire"
    DESK = "desk", "Donnée du guichet"


class AnsweredBy(Labelled):
    """Who answered for the person."""

    PERSON = "person", "La personne"
    REFERRER = "referrer", "Son conseiller référent"
    EMPLOYER = "employer", "Son employeur"
    SIAE = "siae", "La structure d’insertion"
    DESK = "desk", "Le guichet"
