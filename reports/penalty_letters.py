"""The letters of a penalty as PDF: constat, mise en demeure, decision; the same figures as its page."""

import re
from datetime import UTC, date, datetime, time

from facilitator import french
from facilitator.french import NBSP, euros
from facilitator.penalty_cases import Case, Party, explain, outcome
from facilitator.penalty_words import PenaltyDecision, PenaltyLetter, PenaltyReason
from reports import pdf

Rows = list[tuple[str, str, str]]


def build(case: Case, kind: PenaltyLetter) -> bytes:
    """Write one letter of a penalty file; the file must have come to that step."""
    day = _day(case, kind)
    return pdf.build("penalty_letter", facts(case, kind), made_at=datetime.combine(day, time(12), UTC))


def file_name(case: Case, kind: PenaltyLetter) -> str:
    """A French file name that ends with the date of the letter."""
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]', " ", f"{case.company.name} – {case.lot}")
    short = " ".join(name.split())[:90].strip(" .")
    return f"{kind.label} – {short} – {_day(case, kind).isoformat()}.pdf"


def facts(case: Case, kind: PenaltyLetter) -> dict[str, object]:
    """What the template reads: texts already in French, figures written by `french` only."""
    from_territory = kind is PenaltyLetter.statement
    sender = case.territory if from_territory else case.buyer
    opening, closing = {
        PenaltyLetter.statement: (_statement_opening, _statement_closing),
        PenaltyLetter.notice: (_notice_opening, _notice_closing),
        PenaltyLetter.decision: (_decision_opening, _decision_closing),
    }[kind]
    return {
        "title": _title(case, kind),
        "sender": _lines(sender),
        "recipient": _lines(case.company),
        "copy": case.buyer.name if from_territory else case.territory.name,
        "day": french.date(_day(case, kind)),
        "subject": _subject(case),
        "opening": opening(case),
        "working": explain(case.figures) if case.figures.rate is not None else explain(case.figures)[:3],
        "documents": [
            (
                each.label,
                french.date(each.expected_on),
                french.date(each.received_on) if each.received_on else "non reçu",
                french.plural(each.days, "jour"),
                euros(each.amount),
            )
            for each in case.documents
        ],
        "totals": _totals(case),
        "law": _law(case),
        "closing": closing(case),
        "signature": sender.name,
        "foot": f"{kind.label} – {case.lot[:60]} – {case.company.name[:60]}",
    }


def _day(case: Case, kind: PenaltyLetter) -> date:
    progress = case.progress
    day = {
        PenaltyLetter.statement: progress.stated_on,
        PenaltyLetter.notice: progress.notice_on,
        PenaltyLetter.decision: progress.decided_on,
    }[kind]
    if day is None:
        raise ValueError(f"the file has no letter «{kind.label}» yet")
    return day


def _title(case: Case, kind: PenaltyLetter) -> str:
    if kind is PenaltyLetter.statement:
        return "Constat des heures d’insertion à la fin du lot"
    if kind is PenaltyLetter.notice:
        return "Mise en demeure"
    return {
        PenaltyDecision.apply: "Décision d’appliquer une pénalité",
        PenaltyDecision.reduce: "Décision de réduire une pénalité",
        PenaltyDecision.waive: "Décision de renoncer à une pénalité",
        None: "Décision",
    }[case.progress.decision]


def _lines(party: Party) -> list[str]:
    siret = f"SIRET{NBSP}{party.siret}" if party.siret else None
    return [line for line in (party.name, party.place, siret, party.phone, party.email) if line]


def _subject(case: Case) -> list[tuple[str, str]]:
    return [
        ("Marché", f"{case.market} (n°{NBSP}{case.market_number})"),
        ("Lot", case.lot),
        ("Donneur d’ordre", case.buyer.name),
        ("Fin d’exécution", french.date(case.ended_on)),
        ("Chiffres arrêtés au", french.date(case.figures_on)),
    ]


def _scope(case: Case) -> str:
    return "votre part des heures d’insertion" if case.by_award else "les heures d’insertion de ce lot"


def _statement_opening(case: Case) -> list[str]:
    figures = case.figures
    said = (
        f"L’exécution de ce lot a pris fin le {french.date(case.ended_on)}. À la clôture du"
        f" {french.date(case.figures_on)}, {french.hours(figures.retained)} sont retenues sur"
        f" {french.hours(figures.owed)} engagées pour {_scope(case)}."
    )
    return [said, "Le calcul est le suivant. Chaque heure se vérifie sur la page de votre lot."]


def _statement_closing(case: Case) -> list[str]:
    paragraphs = [
        "Ce constat rapporte des faits et un calcul. Il ne décide rien\u00a0: seul le donneur d’ordre peut vous"
        " mettre en demeure, puis appliquer, réduire ou abandonner une pénalité, après avoir lu vos observations.",
        "Si des heures manquent à ce décompte, ou si vous avez rencontré des difficultés, dites-le dès maintenant"
        " à l’adresse ci-dessus ou sur la page de votre lot\u00a0: vos recherches et leurs dates seront jointes au dossier.",
    ]
    if case.guarantor:
        paragraphs.insert(
            1, f"Dans ce groupement, {case.guarantor}, mandataire solidaire, répond aussi de cette part."
        )
    return paragraphs


def _notice_opening(case: Case) -> list[str]:
    figures = case.figures
    stated = french.date(case.progress.stated_on)
    if not figures.missing:
        return [
            f"Le facilitateur a constaté le {stated} que des documents dus pour ce lot sont arrivés après leur"
            " date, ou ne sont pas arrivés. Le marché prévoit dans ce cas une pénalité par jour, calculée ainsi."
        ]
    who = "Votre entreprise s’est engagée sur" if case.by_award else "Ce lot, dont vous répondez, porte"
    what = "d’insertion" if case.by_award else "d’insertion engagées"
    return [
        f"{who} {french.hours(figures.owed)} {what}. Le facilitateur a constaté le {stated} que"
        f" {french.hours(figures.retained)} sont retenues à la fin du lot. Le marché prévoit dans ce cas une"
        " pénalité, calculée ainsi.",
    ]


def _notice_closing(case: Case) -> list[str]:
    days = french.plural(case.progress.notice_days or 0, "jour")
    return [
        f"Je vous mets en demeure de présenter vos observations sous {days}, soit au plus tard le"
        f" {french.date(case.progress.deadline)}. Vous pouvez justifier d’heures qui n’auraient pas été comptées,"
        " décrire vos recherches, ou demander que la pénalité soit réduite ou abandonnée.",
        "Pour répondre, connectez-vous au guichet et ouvrez la page du lot, bouton «\u00a0Écrire vos"
        " observations\u00a0», ou écrivez à l’adresse ci-dessus. Toute pièce utile sera lue.",
        "Aucune décision n’est prise à ce jour. Passé ce délai, je déciderai au vu du dossier, et vous en serez informé par écrit.",
    ]


def _decision_opening(case: Case) -> list[str]:
    progress = case.progress
    read = [each.received_on for each in case.observations if each.read]
    said = (
        f"Par mise en demeure du {french.date(progress.notice_on)}, je vous ai demandé vos observations sur le"
        f" constat de fin de lot, au plus tard le {french.date(progress.deadline)}."
    )
    if read:
        first = french.date(min(read))
        answered = (
            f"J’ai lu vos observations, reçues à partir du {first}."
            if len(read) > 1
            else f"J’ai lu vos observations, reçues le {first}."
        )
    else:
        answered = "Je n’ai pas reçu d’observations de votre part dans ce délai."
    return [said, answered, "Le calcul constaté est le suivant."]


def _decision_closing(case: Case) -> list[str]:
    decision, why = case.progress.decision, _why(case)
    paragraphs = [outcome(case)]
    if why:
        paragraphs.append(why)
    if decision is PenaltyDecision.waive:
        paragraphs.append("Aucune somme ne vous est demandée à ce titre. Le dossier est clos.")
        return paragraphs
    paragraphs.append(
        f"Cette somme, {euros(case.progress.decided_amount)}, sera portée au prochain décompte du marché."
        " Vous n’avez pas de paiement à faire à la réception de cette lettre."
    )
    paragraphs.append(
        "Si vous contestez cette décision, vous pouvez adresser un mémoire en réclamation dans les formes et délais"
        " du cahier des clauses administratives générales du marché, ou saisir le tribunal compétent."
    )
    return paragraphs


def _why(case: Case) -> str:
    if case.reason is None:
        return case.note or ""
    motive = "" if case.reason is PenaltyReason.other else f"Motif\u00a0: {case.reason.label.lower()}."
    return " ".join(part for part in (motive, case.note) if part)


def _totals(case: Case) -> list[tuple[str, str]]:
    totals = [("Montant constaté", euros(case.amount))]
    if case.documents:
        totals = [
            ("Pénalité sur les heures", euros(case.figures.hours_amount)),
            ("Documents en retard", euros(case.documents_amount)),
            *totals,
        ]
    return totals


def _law(case: Case) -> list[str]:
    reference = case.clause_reference or "article relatif à la clause sociale d’insertion"
    found = [
        f"Documents particuliers du marché (CCAP ou équivalent)\u00a0: {reference}.",
        "Cahier des clauses administratives générales (CCAG) auquel le marché se réfère\u00a0: clause d’insertion"
        " sociale, pénalités, et observations du titulaire.",
    ]
    if case.clause:
        found.insert(0, f"Code de la commande publique\u00a0: {case.clause[:1].lower()}{case.clause[1:]}.")
    return found
