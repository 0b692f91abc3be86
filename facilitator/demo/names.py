"""Names that nobody bears: plants for people, imaginary trades for companies, and identifiers kept for examples."""

from random import Random

from stdnum import luhn

FIRST_NAMES = (
    "Alix", "Andrea", "Ange", "Camille", "Charlie", "Claude", "Dominique", "Eden", "Elie", "Gwen",
    "Jocelyn", "Jules", "Lou", "Maé", "Maxence", "Morgan", "Noa", "Noor", "Océan", "Paul-Exemple",
    "Robin", "Sacha", "Sam", "Sasha", "Swann", "Yaël", "Yannick", "Zoé-Exemple",
)  # fmt: skip
LAST_NAMES = (
    "Achillée", "Amarante", "Ancolie", "Angélique", "Armoise", "Arnica", "Aubépine", "Bardane", "Basilic",
    "Bergamote", "Bourrache", "Bruyère-Fictive", "Camomille", "Capucine", "Cardamome", "Centaurée",
    "Cerfeuil", "Chèvrefeuille", "Chicorée", "Ciboulette", "Clématite", "Coquelicot", "Coriandre", "Cumin",
    "Digitale", "Églantine", "Épilobe", "Estragon", "Eucalyptus", "Fenouil", "Fougère", "Gardénia", "Genévrier",
    "Gentiane", "Glycine", "Grenadine", "Guimauve", "Hibiscus", "Jonquille", "Laurier-Tin", "Lavande-Fictive",
    "Lierre", "Liseron", "Luzerne", "Marjolaine", "Mélilot", "Mélisse-Fictive", "Millepertuis", "Mimosa",
    "Muguet-Fictif", "Myosotis", "Nénuphar", "Orchidée", "Origan", "Oseille", "Pâquerette", "Passiflore",
    "Pervenche", "Pissenlit", "Pivoine", "Primevère", "Réglisse", "Renoncule", "Romarin-Fictif", "Safran",
    "Salsepareille", "Sarriette", "Sauge-Fictive", "Scabieuse", "Séneçon", "Tournesol", "Trèfle", "Valériane",
    "Verveine", "Violette-Fictive",
)  # fmt: skip
TRADES = (
    "Bardage", "Bitume", "Carrelage", "Chauffage", "Charpente", "Cloisons", "Couverture", "Curage",
    "Électricité", "Espaces verts", "Étanchéité", "Façades", "Ferronnerie", "Gros œuvre", "Maçonnerie",
    "Menuiserie", "Nettoyage", "Peinture", "Plomberie", "Propreté", "Restauration", "Revêtements", "Serrurerie",
    "Terrassement", "Ventilation", "Voirie",
)  # fmt: skip
ADJECTIVES = ("de l’Exemple", "Fictive", "Imaginaire", "du Conte", "de la Fable", "du Val d’Exemple")


def siret(number: int) -> str:
    """A SIRET with right keys in a range that INSEE does not give (SIREN beginning with 0000)."""
    siren = f"0000{number:04d}"
    siren += luhn.calc_check_digit(siren)
    establishment = f"{siren}0001"
    return establishment + luhn.calc_check_digit(establishment)


def company_names(random: Random, count: int) -> list[str]:
    """Different company names, in an order that the seed gives."""
    names = [f"{trade} {adjective}" for trade in TRADES for adjective in ADJECTIVES]
    random.shuffle(names)
    return names[:count]


def people_names(random: Random, count: int) -> list[tuple[str, str]]:
    """Different (last name, first name) pairs."""
    pairs = [(last, first) for last in LAST_NAMES for first in FIRST_NAMES]
    random.shuffle(pairs)
    return pairs[:count]
