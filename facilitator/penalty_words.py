"""The words of a penalty: where its file stands, what a buyer may decide, and for which reasons."""

from facilitator.labels import Labelled


class PenaltyState(Labelled):
    """Where a penalty file stands."""

    stated = "stated", "Constatée"
    notified = "notified", "Mise en demeure envoyée"
    decided = "decided", "Décidée"
    settled = "settled", "Portée au décompte"
    withdrawn = "withdrawn", "Constat retiré"


class PenaltyDecision(Labelled):
    """What the buyer decides; nobody else does."""

    apply = "apply", "Appliquer la pénalité constatée"
    reduce = "reduce", "Réduire la pénalité"
    waive = "waive", "Renoncer à la pénalité"


class PenaltyReason(Labelled):
    """Why a buyer reduces a penalty or gives it up."""

    vain_searches = "vain_searches", "Recherches sérieuses restées sans candidat"
    proved_since = "proved_since", "Heures justifiées depuis le constat"
    reported = "reported", "Heures reportées sur un autre marché"
    other_actions = "other_actions", "Autres actions d’insertion acceptées"
    works_changed = "works_changed", "Travaux réduits, arrêtés ou décalés"
    outside_cause = "outside_cause", "Cause extérieure à l’entreprise"
    excessive = "excessive", "Montant excessif au regard du marché"
    other = "other", "Autre motif, écrit ci-dessous"


class PenaltyActor(Labelled):
    """Who holds a penalty file now."""

    buyer = "buyer", "le donneur d’ordre"
    company = "company", "l’entreprise"
    nobody = "nobody", "personne"


class PenaltyLetter(Labelled):
    """The letters of a penalty file."""

    statement = "constat", "Constat"
    notice = "mise-en-demeure", "Mise en demeure"
    decision = "decision", "Décision"
