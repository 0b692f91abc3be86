"""The sector of a lot: what its operation says, else the division of its CPV."""

from collections.abc import Mapping
from types import MappingProxyType

from facilitator.labels import Labelled


class Sector(Labelled):
    """What a lot is about, by the division of its CPV, where no operation says it."""

    building = "building", "Bâtiment et travaux publics"
    energy = "energy", "Énergie et eau"
    cleaning = "cleaning", "Propreté, déchets et environnement"
    green_spaces = "green_spaces", "Espaces verts, agriculture et forêt"
    food = "food", "Restauration et alimentation"
    transport = "transport", "Transports et logistique"
    repair = "repair", "Entretien et réparation"
    engineering = "engineering", "Études et ingénierie"
    digital = "digital", "Informatique et télécommunications"
    business = "business", "Services aux organisations"
    health = "health", "Santé, social et éducation"
    goods = "goods", "Fournitures"
    services = "services", "Autres services"


_DIVISIONS: Mapping[str, Sector] = MappingProxyType(
    {
        **dict.fromkeys(("44", "45"), Sector.building),
        **dict.fromkeys(("09", "65"), Sector.energy),
        "90": Sector.cleaning,
        **dict.fromkeys(("03", "77"), Sector.green_spaces),
        **dict.fromkeys(("15", "55"), Sector.food),
        **dict.fromkeys(("34", "60", "63", "64"), Sector.transport),
        **dict.fromkeys(("50", "51"), Sector.repair),
        **dict.fromkeys(("71", "73"), Sector.engineering),
        **dict.fromkeys(("30", "32", "48", "72"), Sector.digital),
        **dict.fromkeys(("66", "70", "75", "76", "79"), Sector.business),
        **dict.fromkeys(("33", "80", "85"), Sector.health),
        **dict.fromkeys(("92", "98"), Sector.services),
    }
)
_GOODS = range(3, 45)  # divisions of supplies
# How an operation’s sector is typed when it means a family.
_TYPED: Mapping[str, Sector] = MappingProxyType(
    {
        **{each.label.casefold(): each for each in Sector},
        **dict.fromkeys(("bâtiment", "batiment", "btp", "travaux publics", "travaux"), Sector.building),
        **dict.fromkeys(("propreté", "nettoyage", "environnement", "déchets"), Sector.cleaning),
        "espaces verts": Sector.green_spaces,
        "restauration": Sector.food,
    }
)


def sector_of(typed: str | None, cpv: str | None) -> str | None:
    """The sector of a lot: what its operation says (its own word, when no family is meant), else its CPV’s."""
    word = " ".join((typed or "").split())
    if word:
        return _TYPED.get(word.casefold()) or word[0].upper() + word[1:]
    division = (cpv or "")[:2]
    if division in _DIVISIONS:
        return _DIVISIONS[division]
    return Sector.goods if division.isdecimal() and int(division) in _GOODS else None
