"""What a person became: the words of the follow-up at 6 and 12 months."""

from facilitator.labels import Labelled


class FollowUpOutcome(Labelled):
    """How an attempt to hear from a person ended."""

    answered = "answered", "A répondu"
    unreachable = "unreachable", "Injoignable"
    refused = "refused", "Refus de répondre"
    out_of_scope = "out_of_scope", "Hors champ"
    not_asked = "not_asked", "Non sollicité"
    asked = "asked", "Sollicité"


class OutOfScope(Labelled):
    """Why a person is out of the scope of a follow-up."""

    deces = "deces", "Décès"
    etranger = "etranger", "Départ à l’étranger"


class Situation(Labelled):
    """The situation of a person on the reference date (trade.md §6)."""

    cdi = "cdi", "CDI"
    cdd_6_plus = "cdd_6_plus", "CDD de 6 mois ou plus"
    cdd_6_moins = "cdd_6_moins", "CDD de moins de 6 mois"
    interim_6_plus = "interim_6_plus", "Intérim, 6 mois ou plus en cumul"
    interim_6_moins = "interim_6_moins", "Intérim, moins de 6 mois en cumul"
    apprentissage = "apprentissage", "Contrat d’apprentissage"
    professionnalisation = "professionnalisation", "Contrat de professionnalisation"
    contrat_aide = "contrat_aide", "Contrat aidé"
    contrat_iae = "contrat_iae", "Contrat en structure d’insertion (IAE)"
    creation = "creation", "Création d’activité"
    fonction_publique = "fonction_publique", "Fonction publique"
    formation_qualifiante = "formation_qualifiante", "Formation qualifiante"
    formation_autre = "formation_autre", "Autre formation"
    pmsmp = "pmsmp", "Immersion (PMSMP)"
    epide_e2c = "epide_e2c", "EPIDE ou école de la deuxième chance"
    service_civique = "service_civique", "Service civique"
    scolarite = "scolarite", "Retour en scolarité"
    recherche = "recherche", "En recherche d’emploi"
    conge = "conge", "Congé maternité ou maladie"
    retraite = "retraite", "Retraite"
    inactif = "inactif", "Sans activité"
    detention = "detention", "Détention"
    autre = "autre", "Autre situation"


class Channel(Labelled):
    """By which way an answer or a confirmation came."""

    phone = "phone", "Téléphone"
    email = "email", "Courriel"
    sms = "sms", "SMS"
    letter = "letter", "Courrier"
    meeting = "meeting", "Entretien"
    visit = "visit", "Visite de chantier"
    form = "form", "Formulaire"
    desk = "desk", "Donnée du guichet"


class AnsweredBy(Labelled):
    """Who answered for the person."""

    person = "person", "La personne"
    referrer = "referrer", "Son conseiller référent"
    employer = "employer", "Son employeur"
    siae = "siae", "La structure d’insertion"
    desk = "desk", "Le guichet"
