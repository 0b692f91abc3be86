"""The journal in French: one readable sentence for each verb, without anybody's name."""

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from facilitator import french
from facilitator.labels import Labelled
from facilitator.penalty_words import PenaltyDecision
from facilitator.vocabulary import (
    AwardRole,
    BilanKind,
    CalibrationBasis,
    Channel,
    DocumentKind,
    FieldActionKind,
    FollowUpOutcome,
    LedgerKind,
    OutOfScope,
    Situation,
)

Details = Mapping[str, Any]

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "number": "numéro",
        "title": "objet",
        "object": "objet",
        "cpv": "code CPV",
        "clause": "clause",
        "publics_admitted": "publics admis",
        "modes_admitted": "modes admis",
        "women_percent": "part de femmes",
        "qpv_percent": "part de QPV",
        "alternance_percent": "part d’alternance",
        "penalty_rate": "pénalité horaire",
        "late_document_rate": "pénalité de retard",
        "tolerance_kind": "tolérance",
        "tolerance_percent": "tolérance",
        "groupement_form": "forme du groupement",
        "shares_binding": "parts du groupement",
        "periodicity": "périodicité",
        "received_on": "réception",
        "end_with_renewals_on": "fin avec reconductions",
        "role": "rôle",
        "correspondent": "correspondant",
        "correspondent_email": "adresse du correspondant",
        "correspondent_phone": "téléphone du correspondant",
        "awarded_on": "date d’attribution",
    }
)


def sentence(verb: str, thing: str, details: Details) -> str:
    """What happened, as a facilitator would say it."""
    tell = _SENTENCES.get((verb, thing))
    if tell is None:
        return f"Autre écriture au journal ({verb}, {thing})."
    return tell if isinstance(tell, str) else tell(details)


def _fields(details: Details) -> str:
    names = dict.fromkeys(_FIELDS.get(str(name), str(name)) for name in details.get("fields", ()))
    return ", ".join(names) or "aucun champ"


def _day(details: Details, name: str) -> str:
    try:
        return french.date(datetime.date.fromisoformat(str(details.get(name))))
    except ValueError:
        return "date non notée"


def _label(codes: type[Labelled], code: object) -> str:
    known = {each.value: each.label for each in codes}
    return known.get(str(code), str(code))


def _signed(details: Details) -> str:
    try:
        delta = Decimal(str(details.get("delta")))
    except InvalidOperation:
        return "heures non notées"
    return f"{'+' if delta > 0 else ''}{french.hours(delta)}"


def _hours(details: Details, name: str) -> str:
    try:
        return french.hours(Decimal(str(details.get(name))))
    except InvalidOperation:
        return "heures non notées"


def _euros(details: Details, name: str) -> str:
    try:
        return french.euros(Decimal(str(details.get(name))))
    except InvalidOperation:
        return "montant non noté"


def _said_by(details: Details) -> str:
    channel = details.get("channel")
    return f" ({_label(Channel, channel).lower()})" if channel else ""


def _document(details: Details) -> str:
    """The kind of a document; lines written before kinds existed have none."""
    return _label(DocumentKind, details["kind"]) if "kind" in details else "Document"


def _action(details: Details) -> str:
    kind, minutes = _label(FieldActionKind, details.get("kind")), details.get("minutes", 0)
    return f"{kind} du {_day(details, 'done_on')}, {french.plural(minutes, 'minute')}"


def _follow_up(details: Details) -> str:
    """How a call ended, what was said and by which way."""
    said = [_label(FollowUpOutcome, details.get("outcome"))]
    said += [_label(Situation, details["situation"])] if details.get("situation") else []
    said += [_label(OutOfScope, details["out_of_scope"])] if details.get("out_of_scope") else []
    return f"{', '.join(said)}{_said_by(details)}"


_SENTENCES: Mapping[tuple[str, str], str | Callable[[Details], str]] = MappingProxyType(
    {
        ("anonymise", "person"): "Personne anonymisée\u00a0: sa durée de conservation est passée.",
        ("ask", "follow_up"): "Question posée par lettre sur un suivi.",
        ("remind", "follow_up"): "Question d’un suivi posée de nouveau par lettre.",
        (
            "second_reply",
            "follow_up",
        ): "Seconde réponse reçue par lien pour un suivi\u00a0: la première reste.",
        ("not_known", "follow_up"): "Suivi\u00a0: l’organisation interrogée ne sait pas.",
        (
            "told",
            "follow_up",
        ): "Suivi\u00a0: l’organisation dit avoir déjà répondu autrement\u00a0; plus de relance.",
        ("add_lot", "lot"): "Lot ajouté au marché.",
        ("amend", "lot"): lambda d: f"Lot modifié\u00a0: {_fields(d)}.",
        ("set_start", "lot"): lambda d: f"Début d’exécution fixé au {_day(d, 'value')}.",
        ("set_end", "lot"): lambda d: f"Fin d’exécution fixée au {_day(d, 'value')}.",
        ("stop", "lot"): lambda d: f"Arrêt des travaux à partir du {_day(d, 'from_on')}.",
        ("restart", "lot"): lambda d: f"Reprise des travaux le {_day(d, 'on')}.",
        ("plan", "lot"): lambda d: (
            f"Plan mensuel\u00a0: {french.plural(d.get('months', 0), 'mois', 'mois')}, {_hours(d, 'total')}."
            if d.get("months")
            else "Plan mensuel retiré\u00a0: les heures attendues suivent un rythme égal."
        ),
        ("award", "award"): lambda d: (
            f"Entreprise ajoutée au lot\u00a0: {_label(AwardRole, d.get('role')).lower()}."
        ),
        ("follow_up", "follow_up"): lambda d: f"Suivi\u00a0: {_follow_up(d)}.",
        ("correct", "follow_up"): lambda d: f"Suivi corrigé\u00a0: {_follow_up(d)}.",
        ("amend", "award"): lambda d: f"Place d’une entreprise modifiée\u00a0: {_fields(d)}.",
        ("declare_nil", "award"): "Aucune heure faite\u00a0: «\u00a0néant\u00a0» déclaré.",
        ("add_ledger_line", "ledger_line"): lambda d: (
            f"Ligne d’engagement\u00a0: {_label(LedgerKind, d.get('kind'))}, {_signed(d)}."
        ),
        ("freeze", "frozen_bilan"): lambda d: (
            f"Bilan {_label(BilanKind, d.get('kind'))} n°\u00a0{d.get('number')} établi, situation au {_day(d, 'on')}."
        ),
        ("open_survey", "survey_campaign"): lambda d: f"Campagne de l’enquête {d.get('year')} ouverte.",
        ("send_survey", "survey_version"): lambda d: f"Enquête {d.get('year')} transmise.",
        ("rectify_survey", "survey_version"): lambda d: (
            f"Enquête {d.get('year')} rectifiée\u00a0: version n°\u00a0{d.get('number')} transmise."
        ),
        ("issue", "attestation"): lambda d: (
            f"Attestation n°\u00a0{d.get('number')} délivrée\u00a0: {_hours(d, 'retained')} retenues pour {_hours(d, 'owed')} engagées."
        ),
        ("revoke", "attestation"): lambda d: f"Attestation n°\u00a0{d.get('number')} révoquée.",
        ("affirm_tranche", "ledger_line"): lambda d: (
            f"Tranche optionnelle affermie le {_day(d, 'effective_on')}."
        ),
        ("calibrate", "ledger_line"): lambda d: (
            f"Calibrage gardé\u00a0: {_label(CalibrationBasis, d.get('basis')).lower()}."
        ),
        ("expect_document", "expected_document"): lambda d: (
            f"{_document(d)} attendu pour le {_day(d, 'expected_on')}."
        ),
        ("receive_document", "expected_document"): lambda d: (
            f"{_document(d)} attendu pour le {_day(d, 'expected_on')}\u00a0: reçu."
        ),
        ("accept_document", "expected_document"): lambda d: (
            f"{_document(d)} attendu pour le {_day(d, 'expected_on')}\u00a0: vu, conforme."
        ),
        ("send_back_document", "expected_document"): lambda d: (
            f"{_document(d)} attendu pour le {_day(d, 'expected_on')}\u00a0: vu, à reprendre."
        ),
        ("remove_document", "expected_document"): lambda d: (
            f"{_document(d)} attendu pour le {_day(d, 'expected_on')}\u00a0: retiré du registre."
        ),
        ("note_field_action", "field_action"): lambda d: f"{_action(d)}.",
        ("amend_field_action", "field_action"): lambda d: (
            f"Action modifiée le jour même\u00a0: {_action(d)}."
        ),
        ("cancel_field_action", "field_action"): lambda d: (
            f"Action annulée le jour même\u00a0: {_action(d)}."
        ),
        ("correct_field_action", "field_action"): lambda d: (
            f"Action corrigée par une autre ligne\u00a0: {_action(d)}."
        ),
        ("open_recovery_plan", "recovery_plan"): "Plan de rattrapage ouvert.",
        ("add_recovery_step", "recovery_plan"): lambda d: (
            f"Étape ajoutée au plan de rattrapage, pour le {_day(d, 'due_on')}."
        ),
        ("finish_recovery_step", "recovery_plan"): "Étape du plan de rattrapage faite.",
        ("close_recovery_plan", "recovery_plan"): "Plan de rattrapage terminé.",
        ("propose", "placement"): "Mise à l’emploi proposée.",
        ("confirm", "placement"): lambda d: f"Mise à l’emploi confirmée{_said_by(d)}.",
        ("decline", "placement"): lambda d: f"Mise à l’emploi déclinée{_said_by(d)}.",
        ("withdraw", "placement"): "Proposition de mise à l’emploi retirée.",
        ("end_placement", "placement"): lambda d: f"Mise à l’emploi terminée le {_day(d, 'to')}.",
        ("declare", "timesheet"): "Relevé d’heures déclaré.",
        ("correct", "timesheet"): "Relevé d’heures corrigé.",
        ("split", "timesheet"): "Relevé d’heures partagé en deux périodes.",
        ("validate", "timesheet"): "Relevé d’heures validé.",
        ("refuse", "timesheet"): "Relevé d’heures refusé.",
        ("confirm_hours", "timesheet"): "Heures confirmées par l’autre partie.",
        ("contest_hours", "timesheet"): "Heures contestées par l’autre partie.",
        ("ask", "eligibility_request"): "Validation d’un public demandée.",
        ("ask_completion", "eligibility_request"): "Demande de validation d’un public\u00a0: à compléter.",
        ("complete", "eligibility_request"): "Demande de validation d’un public complétée.",
        ("validate", "eligibility_request"): "Demande de validation d’un public\u00a0: public validé.",
        ("refuse", "eligibility_request"): "Demande de validation d’un public refusée.",
        ("drop", "eligibility_request"): "Demande de validation d’un public classée sans suite.",
        ("withdraw", "eligibility_request"): "Demande de validation d’un public retirée par son auteur.",
        ("ask", "need"): lambda d: (
            f"L’entreprise dit un besoin de {french.plural(d.get('people', 0), 'personne')}."
        ),
        ("publish", "need"): lambda d: (
            f"Besoin publié\u00a0: {french.plural(d.get('people', 0), 'personne')}."
        ),
        ("amend", "need"): "Besoin modifié.",
        ("mail", "need"): lambda d: f"Besoin envoyé par {french.plural(d.get('letters', 0), 'courriel')}.",
        ("close", "need"): "Besoin clos.",
        ("propose", "need_candidate"): "Candidature reçue pour un besoin.",
        ("withdraw", "need_candidate"): "Candidature retirée par son auteur.",
        ("retain", "need_candidate"): "Candidature retenue.",
        ("decline", "need_candidate"): "Candidature non retenue.",
        ("place", "need_candidate"): "Candidature devenue une mise à l’emploi.",
        ("state", "penalty_file"): lambda d: f"Pénalité constatée\u00a0: {_euros(d, 'amount')}.",
        ("give_notice", "penalty_file"): lambda d: (
            f"Mise en demeure du {_day(d, 'on')}, {french.plural(d.get('days', 0), 'jour')} pour répondre."
        ),
        ("observe", "penalty_file"): lambda d: (
            "Observations de l’entreprise reçues après le délai, gardées au dossier."
            if d.get("late")
            else "Observations de l’entreprise reçues."
        ),
        ("decide", "penalty_file"): lambda d: (
            f"Décision du donneur d’ordre\u00a0: {_label(PenaltyDecision, d.get('decision')).lower()},"
            f" {_euros(d, 'amount')}."
        ),
        ("settle", "penalty_file"): lambda d: f"Pénalité portée au décompte du {_day(d, 'on')}.",
        ("withdraw", "penalty_file"): "Constat de pénalité retiré.",
        ("signal", "difficulty"): "Difficulté signalée par une entreprise du lot.",
        ("answer", "difficulty"): "Réponse à la difficulté d’une entreprise.",
        (
            "share_out",
            "timesheet",
        ): "Relevé d’heures corrigé\u00a0: ses heures sont réparties entre les lots.",
        ("withdraw_consent", "globalisation"): lambda d: (
            f"Accord du donneur d’ordre à la globalisation retiré à partir du {_day(d, 'on')}."
        ),
        ("globalise", "globalisation"): "Accord de globalisation des heures avec d’autres lots.",
        ("consent", "globalisation"): lambda d: (
            f"Accord du donneur d’ordre à la globalisation, donné le {_day(d, 'on')}."
        ),
    }
)
