"""Trade families: what a lot’s CPV code, or a job’s ROME code, says of the trade (version 1)."""

from collections.abc import Iterable
from types import MappingProxyType

from facilitator.labels import Labelled

VERSION = 1


class Family(Labelled):
    """A family of trades that people change between; the last two are what no code says."""

    earthworks = "earthworks", "Terrassement, démolition"
    structure = "structure", "Gros œuvre, maçonnerie"
    envelope = "envelope", "Charpente, couverture, façade"
    roads = "roads", "Voirie et réseaux"
    electricity = "electricity", "Électricité"
    plumbing = "plumbing", "Plomberie, chauffage, ventilation"
    joinery = "joinery", "Menuiserie, agencement"
    finishing = "finishing", "Peinture, plâtrerie, sols"
    green = "green", "Espaces verts"
    cleaning = "cleaning", "Nettoyage, propreté"
    waste = "waste", "Déchets, assainissement"
    catering = "catering", "Restauration"
    transport = "transport", "Transport, logistique"
    maintenance = "maintenance", "Maintenance, réparation"
    security = "security", "Sécurité, gardiennage"
    social = "social", "Santé, social, éducation"
    office = "office", "Études, bureau, informatique"
    building = "building", "Bâtiment, corps d’état non précisé"
    unknown = "unknown", "Métier non connu"


_F = Family
# The longest beginning of the code wins. 45 alone, or 454, names the sector and no trade: the jobs say more.
CPV = MappingProxyType(
    {
        "451": _F.earthworks, "4521": _F.structure, "4522": _F.structure, "45262": _F.structure,
        "4526": _F.envelope, "45443": _F.envelope, "4523": _F.roads, "4524": _F.roads,
        "4531": _F.electricity, "4533": _F.plumbing, "4532": _F.finishing, "4542": _F.joinery,
        "4541": _F.finishing, "4543": _F.finishing, "4544": _F.finishing, "77": _F.green,
        "909": _F.cleaning, "905": _F.waste, "904": _F.waste, "55": _F.catering, "15": _F.catering,
        "60": _F.transport, "63": _F.transport, "64": _F.transport, "50": _F.maintenance,
        "51": _F.maintenance, "797": _F.security, "80": _F.social, "85": _F.social,
        "71": _F.office, "72": _F.office, "73": _F.office, "79": _F.office, "48": _F.office,
    }
)  # fmt: skip
ROME = MappingProxyType(
    {
        "F1302": _F.earthworks, "F17": _F.structure, "F1702": _F.roads, "F1705": _F.roads,
        "F1605": _F.roads, "F15": _F.envelope, "F1610": _F.envelope, "F1611": _F.envelope,
        "F1613": _F.envelope, "F1602": _F.electricity, "F1603": _F.plumbing, "I1308": _F.plumbing,
        "F1604": _F.joinery, "F1607": _F.joinery, "F1601": _F.finishing, "F1606": _F.finishing,
        "F1608": _F.finishing, "F1609": _F.finishing, "A12": _F.green, "K2204": _F.cleaning,
        "K23": _F.waste, "K2303": _F.cleaning, "G16": _F.catering, "N": _F.transport, "I": _F.maintenance,
        "K25": _F.security, "K1": _F.social, "J": _F.social, "K21": _F.social, "M": _F.office,
        "F11": _F.office, "F": _F.building,
    }
)  # fmt: skip


def of_cpv(code: str | None) -> Family | None:
    """The family that a CPV code names; None when it names none."""
    return _longest(CPV, code)


def of_rome(code: str | None) -> Family | None:
    """The family of a job."""
    return _longest(ROME, code)


def of_lot(cpv: str | None, romes: Iterable[str | None]) -> Family:
    """What the CPV says, else the job met most often on the lot, else what the sector alone says."""
    named = of_cpv(cpv)
    if named is not None:
        return named
    found = [family for rome in romes if (family := of_rome(rome)) is not None]
    if found:
        order = list(Family)
        return max(set(found), key=lambda each: (found.count(each), -order.index(each)))
    return Family.building if (cpv or "").startswith("45") else Family.unknown


def _longest(table: MappingProxyType[str, Family], code: str | None) -> Family | None:
    for length in range(len(code or ""), 0, -1):
        family = table.get((code or "")[:length])
        if family is not None:
            return family
    return None
