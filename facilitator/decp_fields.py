"""Fields of published markets: one value as published in, one clean value out; what was left is said.

Each reader takes the list of notes of its record and appends a French sentence for whatever it could not
keep as published. An absent or «non communiqué» value (CDL, MQ, NC, INX…) is None and needs no note.
"""

import datetime
import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from stdnum import luhn

from facilitator.vocabulary import IdentifierScheme, SocialConsideration

Notes = list[str]

LARGEST_AMOUNT = Decimal(10) ** 12  # beyond the yearly public purchases of the whole Union
LONGEST_DURATION = 1200  # months
LONGEST_OBJECT = 5000
DESTROYED = "\ufffd"

_SILENT = {"", "cdl", "mq", "nc", "nan", "none", "null", "inx"}
_LINE_BREAKS = re.compile("[ \t]*[\r\n\v\f\x85\u2028\u2029]+[ \t]*|[ \t]{2,}")
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(Z|[+-][0-9]{2}:?[0-9]{2}|[T ][0-9:.,Z+-]*)?")
_FRENCH_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_CPV = re.compile(r"([0-9]{7,8})(-[0-9])?")


class Holder(NamedTuple):
    """A titulaire as published; the identifier is empty where only a name was given."""

    scheme: str
    identifier: str
    name: str


def plain(text: str) -> str:
    """Lower case without accents, for comparing labels."""
    split = unicodedata.normalize("NFKD", text)
    kept = "".join(each for each in split if not unicodedata.combining(each))
    return " ".join(kept.casefold().replace("œ", "oe").replace("’", "'").split())


def shown(value: object) -> str:
    """A value short enough to stand in a sentence."""
    text = _cleaned(str(value))
    return f"« {text[:40]}… »" if len(text) > 41 else f"« {text} »"


def _cleaned(text: str) -> str:
    """No control, invisible or half characters; one line; decoded HTML entities."""
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = _LINE_BREAKS.sub(" ", unicodedata.normalize("NFC", text))
    return "".join(_kept(each) for each in text).strip()


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cs":  # half of a pair, which no database can store
        return DESTROYED
    return "" if kind in ("Cc", "Cf") else character


def published_text(value: object) -> str | None:
    """The text as published, cleaned; None where there is none (codes such as «NC» are kept)."""
    if value is None or isinstance(value, (dict, list)):
        return None
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 40 else None
    return _cleaned(str(value)) or None


def text(value: object) -> str | None:
    """The text, or None where it was not communicated."""
    found = published_text(value)
    if found is None or found.casefold() in _SILENT or found.startswith("INX "):
        return None
    return found


def short_text(value: object, label: str, limit: int, notes: Notes) -> str | None:
    """A text of at most `limit` characters; a longer one is left unknown."""
    found = text(value)
    if found is not None and len(found) > limit:
        notes.append(
            f"{label} de {len(found)} caractères (au plus {limit}) : l’information est laissée inconnue."
        )
        return None
    return found


def title(value: object, notes: Notes) -> str | None:
    """The object of a market, cut when endless, its destroyed letters kept and reported."""
    found = text(value)
    if found is None:
        return None
    if DESTROYED in found:
        notes.append(
            f"L’objet contient des lettres détruites ({DESTROYED}) dans le fichier : elles sont gardées telles quelles."
        )
    if len(found) > LONGEST_OBJECT:
        notes.append(f"L’objet dépasse {LONGEST_OBJECT} caractères : il est coupé.")
        return found[:LONGEST_OBJECT]
    return found


def _number(value: object) -> Decimal | None:
    """An exact number, however it was typed; None where it is not one."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    compact = re.sub("[ \u00a0\u202f€]", "", str(value)).replace(",", ".")
    if not _NUMBER.fullmatch(compact):
        return None
    try:
        return Decimal(compact)
    except InvalidOperation:
        return None


def amount(value: object, notes: Notes, label: str = "Montant") -> Decimal | None:
    """Euros to the cent as published; unreadable, negative or absurd amounts are left unknown."""
    if isinstance(value, Decimal) and not value.is_finite():
        notes.append(f"{label} illisible ({value}) : il est laissé inconnu.")
        return None
    if not isinstance(value, Decimal) and text(value) is None:
        return None
    number = _number(value)
    if number is None:
        notes.append(f"{label} {shown(value)} illisible : il est laissé inconnu.")
        return None
    if number < 0 or number > LARGEST_AMOUNT:
        notes.append(f"{label} {shown(value)} hors de toute vraisemblance : il est laissé inconnu.")
        return None
    rounded = number.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if rounded != number:
        notes.append(f"{label} {shown(value)} arrondi au centime.")
    return rounded


def months(value: object, notes: Notes, label: str = "Durée") -> int | None:
    """A whole number of months."""
    if not isinstance(value, Decimal) and text(value) is None:
        return None
    number = _number(value)
    if (
        number is None
        or not number.is_finite()
        or not 0 <= number <= LONGEST_DURATION
        or number != number.to_integral_value()
    ):
        notes.append(f"{label} {shown(value)} : ce n’est pas un nombre de mois ; elle est laissée inconnue.")
        return None
    return int(number)


def day(value: object, label: str, notes: Notes) -> datetime.date | None:
    """A date written 2018-08-30, 2018-08-30+02:00, 2018-08-30T10:00:00Z or 30/08/2018."""
    found = text(value)
    if found is None:
        return None
    if matched := _DAY.fullmatch(found):
        year, month, number = (int(matched[each]) for each in (1, 2, 3))
    elif matched := _FRENCH_DAY.fullmatch(found):
        year, month, number = (int(matched[each]) for each in (3, 2, 1))
    else:
        notes.append(f"{label} {shown(found)} illisible : elle est laissée inconnue.")
        return None
    try:
        known = datetime.date(year, month, number)
    except ValueError:
        notes.append(f"{label} {shown(found)} : ce jour n’existe pas ; elle est laissée inconnue.")
        return None
    if not 1990 <= known.year <= 2100:
        notes.append(f"{label} {shown(found)} hors de toute vraisemblance : elle est laissée inconnue.")
        return None
    return known


def cpv(value: object, notes: Notes) -> str | None:
    """A CPV code of 8 digits, without its control digit; a lost leading zero is restored."""
    found = text(value)
    if found is None:
        return None
    matched = _CPV.fullmatch(found.replace(" ", ""))
    if matched is None:
        notes.append(f"Code CPV {shown(found)} illisible : il est laissé inconnu.")
        return None
    code = matched[1]
    if len(code) == 7:
        notes.append(f"Code CPV {shown(found)} : le zéro initial perdu est rétabli (0{code}).")
        return f"0{code}"
    return code


_TRUE, _FALSE = {"oui", "true", "vrai", "1"}, {"non", "false", "faux", "0"}


def yes_or_no(value: object) -> bool | None:
    """True, False, or None where it was not said."""
    found = (text(value) or "").casefold()
    return True if found in _TRUE else False if found in _FALSE else None


def _texts(value: object) -> Iterator[str]:
    """Every text of a list that may be wrapped, printed by Python, or joined by commas."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif found := text(value):
        if found.startswith("["):
            yield from (first or second for first, second in _QUOTED.findall(found))
        else:
            yield from (each.strip() for each in re.split("[,;|]", found))


def labels(value: object) -> tuple[str, ...]:
    """The labels of a list (techniques, modalités), sorted, without «Sans objet»."""
    found = {each for raw in _texts(value) if (each := text(raw)) and plain(each) != "sans objet"}
    return tuple(sorted(each[:120] for each in found))


_CONSIDERATIONS = {
    "clause sociale": SocialConsideration.clause,
    "critere social": SocialConsideration.critere,
    "marche reserve": SocialConsideration.reserve,
    "concession reservee": SocialConsideration.reserve,
    "pas de consideration sociale": SocialConsideration.aucune,
}


def considerations(value: object, notes: Notes) -> frozenset[SocialConsideration] | None:
    """What was said on the social clause; None where nothing was; empty for «Sans objet»."""
    found: set[SocialConsideration] = set()
    said = False
    for raw in _texts(value):
        if text(raw) is None:
            continue
        label = plain(raw)
        if label == "sans objet":
            said = True
        elif label in _CONSIDERATIONS:
            found.add(_CONSIDERATIONS[label])
        else:
            notes.append(f"Considération sociale {shown(raw)} inconnue : elle est laissée de côté.")
    if SocialConsideration.aucune in found and len(found) > 1:
        notes.append("Les considérations sociales se contredisent : elles sont gardées telles quelles.")
    return frozenset(found) if found or said else None


_SCHEMES = {plain(each.value): each for each in IdentifierScheme} | {
    "tva_intracommunautaire": IdentifierScheme.TVA,
    "hors_ue": IdentifierScheme.HORS_UE,
    "frw": IdentifierScheme.FRWF,
}


LA_POSTE = "356000000"  # its establishments do not follow the key; their digits add up to a multiple of 5


def siret_fault(identifier: str) -> str | None:
    """Why this is not a SIRET, or None when its key is right."""
    if not re.fullmatch("[0-9]{14}", identifier):
        return "un SIRET compte 14 chiffres"
    posted = identifier.startswith(LA_POSTE) and sum(map(int, identifier)) % 5 == 0
    return None if posted or luhn.is_valid(identifier) else "sa clé de contrôle est fausse"


def siret(value: object, whose: str, notes: Notes) -> str | None:
    """A SIRET as published: a lost zero is restored, a wrong key is kept and reported."""
    found = text(value)
    if found is None:
        return None
    compact = re.sub(r"[\s.\u00a0\u202f]", "", found)
    if re.fullmatch("[0-9]{13}", compact) and siret_fault(f"0{compact}") is None:
        notes.append(f"SIRET {whose} {shown(found)} : le zéro initial perdu est rétabli (0{compact}).")
        return f"0{compact}"
    if fault := siret_fault(compact):
        notes.append(f"SIRET {whose} {shown(found)} : {fault} ; il est gardé tel quel.")
    return compact


def holder(value: object, notes: Notes) -> Holder | None:
    """One titulaire, wrapped or not; None where nothing identifies it."""
    inner = value.get("titulaire", value) if isinstance(value, Mapping) else value
    if not isinstance(inner, Mapping):
        notes.append(f"Titulaire {shown(inner)} illisible : il est laissé de côté.")
        return None
    name = (text(inner.get("denominationSociale")) or text(inner.get("nom")) or "")[:300]
    identifier = text(inner.get("id"))
    whose = f"du titulaire « {name[:60]} »" if name else "d’un titulaire"
    if identifier is None:
        what = whose if name else "d’un titulaire sans nom"
        notes.append(f"L’identifiant {what} n’est pas communiqué.")
        return Holder("", "", name) if name else None
    kind = plain(text(inner.get("typeIdentifiant")) or "")
    scheme = _SCHEMES.get(kind)
    if scheme is None:
        looks_siret = re.fullmatch("[0-9 ]{13,18}", identifier) is not None
        scheme = IdentifierScheme.SIRET if looks_siret else IdentifierScheme.AUTRE
    if scheme is IdentifierScheme.SIRET:
        identifier = siret(identifier, whose, notes) or identifier
    if len(identifier) > 64:
        notes.append(f"L’identifiant {whose} dépasse 64 caractères : il est laissé de côté.")
        return Holder("", "", name) if name else None
    return Holder(scheme.value, identifier, name)


def holders(value: object, notes: Notes) -> tuple[Holder, ...]:
    """The titulaires, each once, in the order of their identifiers (DECP gives their order no meaning)."""
    found: dict[tuple[str, str], Holder] = {}
    raw = [value] if isinstance(value, Mapping) else value
    for each in raw if isinstance(raw, list) else []:
        known = holder(each, notes)
        if known is not None:
            key = (known.scheme, known.identifier or known.name)
            found[key] = max(known, found.get(key, known))
    return tuple(sorted(found.values()))
