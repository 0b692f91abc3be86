"""Coded words of the papers that companies owe, and of what facilitators do in the field."""

from facilitator.labels import Labelled


class DocumentKind(Labelled):
    """What kind of paper a company owes; none is stored, only that it was seen."""

    urssaf = "urssaf", "Attestation URSSAF"
    work_contract = "work_contract", "Contrat de travail"
    hours_proof = "hours_proof", "Bulletin de paie ou relevé d’heures signé"
    eligibility_proof = "eligibility_proof", "Justificatif d’éligibilité"
    minutes = "minutes", "Compte rendu"
    action_plan = "action_plan", "Plan d’actions"
    commitment = "commitment", "DUME ou engagement"
    other = "other", "Autre document"


class DocumentVerdict(Labelled):
    """What the facilitator says of a document once seen."""

    compliant = "compliant", "Conforme"
    to_redo = "to_redo", "À reprendre"


class FieldActionKind(Labelled):
    """What a facilitator did for a lot or with an organisation."""

    meeting = "meeting", "Réunion"
    visit = "visit", "Visite"
    call = "call", "Appel"
    email = "email", "Courriel"
    letter = "letter", "Courrier"
    other = "other", "Autre action"
