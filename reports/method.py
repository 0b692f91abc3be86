"""«Méthode»: what the figures mean, by which rules, and what is masked; the last sheet of a bilan."""

from collections.abc import Iterator

from facilitator.bilan import UNDEFINED, Bilan
from facilitator.french import NBSP, date, number, plural
from facilitator.rules import Rules
from facilitator.vocabulary import CONTRACT_GROUPS, MAPPING_VERSION, SurveyGroup

DEFINITIONS = (
    ("Engagées", "Somme des lignes d’engagement effectives à la date de la situation\u00a0: engagement initial, offre supérieure, tranches affermies, avenants, bons de commande, facturation, transferts, remises."),
    (f"«\u00a0{UNDEFINED}\u00a0»", "Aucune ligne d’engagement\u00a0: le lot n’a ni taux, ni rythme, ni pénalité, et ses heures ne sont pas dans le taux de l’ensemble."),
    ("Déclarées", "Retenues + non retenues + en attente + refusées. Un relevé remplacé par une correction validée n’est dans aucun total."),
    ("Retenues", "Heures validées, dont toute la période est dans la durée d’éligibilité de la personne, dans son contrat, dans sa mise à l’emploi et dans l’exécution du lot, pour un public et un mode admis."),
    ("Non retenues", "Heures validées qui ne remplissent pas une de ces conditions, ou dont la période est à préciser."),
    ("Écart", "Retenues moins engagées."),
    ("Taux", "Retenues divisées par engagées, arrondi à 0,01\u00a0%. Pour un marché ou pour l’ensemble, c’est le rapport des sommes, jamais la moyenne des taux."),
    ("Attendues", "Chaque ligne d’engagement multipliée par la part écoulée de sa période (jours écoulés divisés par jours d’exécution, bornes comprises, arrêts retirés), ou le plan saisi mois par mois."),
    ("Reste et excédent", "Reste\u00a0: engagées moins retenues, jamais négatif. L’excédent d’un lot est montré à part et ne compense pas un autre lot."),
    ("Projection à la fin", "Retenues, plus la moyenne des trois derniers mois complets multipliée par les mois qui restent."),
    ("Si le lot s’arrêtait aujourd’hui", "Pénalité calculée sur les heures qui manquent à la date de la situation, après la tolérance du marché. Elle n’est due qu’à la fin du lot, et c’est le donneur d’ordre qui décide."),
    ("Personnes", "Personnes qui ont des heures déclarées et non refusées sur le lot à la date de la situation\u00a0; chacune compte une fois dans l’ensemble."),
    ("Publics", "Critère déterminant de la dernière fiche d’éligibilité validée\u00a0; âge au premier jour de mise à l’emploi chez ce donneur d’ordre."),
    ("Contrats", "Contrats de travail commencés, comptés une fois chacun, quel que soit le nombre de mises à l’emploi qu’ils servent."),
    ("CDD devenus CDI", "Contrats du groupe CDI qui continuent un contrat du groupe CDD."),
    ("Suivi à 6 et 12 mois", "L’unité est le parcours\u00a0: sortis, échéance atteinte, dans le champ, sollicités, répondants, en emploi ou en formation qualifiante. Taux\u00a0: parmi les répondants\u00a0; taux plancher\u00a0: parmi tous ceux qui sont dans le champ. Qui n’a pas atteint l’échéance n’est dans aucun dénominateur."),
)  # fmt: skip


def rows(bilan: Bilan) -> Iterator[tuple[str, str]]:
    """Rubric and explanation, in the order of the sheet."""
    yield "Situation au", date(bilan.situation.on)
    yield "Établie le", date(bilan.made_on)
    yield "Périmètre", _perimeter(bilan)
    yield (
        "Connaissances",
        "Les faits comptent à leur date d’effet, avec ce que le guichet sait le jour où le bilan est établi.",
    )
    yield from DEFINITIONS
    for territory, rules in bilan.rules.items():
        yield f"Règles – {territory}", _rules(rules)
    yield f"Groupes de contrats (version {MAPPING_VERSION})", _mapping()
    yield from _people(bilan)


def _perimeter(bilan: Bilan) -> str:
    if bilan.market is not None:
        what = f"Marché {bilan.market.market}"
    else:
        what = plural(len(bilan.situation.markets), "marché")
    whose = f" suivi par {bilan.territory}" if bilan.territory else ""
    if bilan.lot is not None:
        return f"{what}{whose}, lot {bilan.lot.number} seul."
    total = bilan.situation.statement
    undefined = (
        f"{NBSP}; {plural(total.lots_undefined, 'lot')} en «{NBSP}{UNDEFINED}{NBSP}»"
        if total.lots_undefined
        else ""
    )
    return f"{what}{whose}, {plural(total.lots, 'lot')}{undefined}."


def _rules(rules: Rules) -> str:
    missions = "comptées une fois" if rules.successive_missions_once else "comptées une à une"
    return (
        f"Durée d’éligibilité{NBSP}: {rules.window_months}{NBSP}mois moins un jour, depuis {rules.window_basis.label}. "
        f"Rythme{NBSP}: en avance à partir de {number(rules.pace_ahead, 2)}, dans le rythme à partir de "
        f"{number(rules.pace_on_time, 2)}, en retard à partir de {number(rules.pace_late, 2)}, critique en dessous. "
        f"Formation retenue jusqu’à {number(rules.training_percent)}{NBSP}% d’un relevé. "
        f"Interruption d’un parcours{NBSP}: {rules.path_gap_months}{NBSP}mois. "
        f"Missions successives d’une personne dans une entreprise{NBSP}: {missions}."
    )


def _mapping() -> str:
    groups = (
        f"{group.label}{NBSP}: {', '.join(each.label for each, its in CONTRACT_GROUPS.items() if its is group)}"
        for group in SurveyGroup
    )
    return f"{f'{NBSP}; '.join(groups)}."


def _people(bilan: Bilan) -> Iterator[tuple[str, str]]:
    threshold = max((rules.small_cell for rules in bilan.rules.values()), default=Rules().small_cell)
    yield (
        "Secret",
        f"Aucun nom, aucune date de naissance, aucun critère d’une personne. Les publics et le devenir de moins de {threshold}{NBSP}personnes "
        f"sont masqués, et d’autres avec eux pour qu’aucune soustraction ne les révèle. Les publics d’un ensemble ne sont donnés "
        f"que pour tous les marchés du donneur d’ordre{NBSP}; les critères de santé et de détention n’apparaissent qu’à ce niveau.",
    )
    if len(bilan.rules) > 1:
        yield (
            "Plusieurs territoires",
            "Une personne suivie par deux territoires y compte deux fois\u00a0: le nombre de personnes est un maximum. "
            "Les heures engagées sont celles du territoire pilote\u00a0; les heures faites pour un territoire associé s’y ajoutent. "
            "Le rythme de l’ensemble suit les seuils habituels (1,10\u00a0; 0,90\u00a0; 0,60)\u00a0; celui d’un marché, ceux de son territoire.",
        )
