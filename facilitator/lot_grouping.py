"""Lots of one consultation: DECP has no lot field, so groups are *proposed* from objects and numbers."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from facilitator.decp_fields import plain
from facilitator.decp_markets import PublishedMarket

LONGEST_GAP = datetime.timedelta(days=60)  # between two notifications of one consultation
SHORTEST_STEM = 15  # letters of an object that tell a consultation from another
SHORTEST_NUMBER = 5
TRIMMED = " \u00a0:;,.-–—()"  # around the title of a lot or of a group

_LOT = re.compile(r"\blot\s*(?:n\s*[°ºo]?\.?\s*|num(?:ero)?\s*)?0*([0-9]{1,3}[a-z]?)\b")
_NUMBER = re.compile(r"\bn\s?[°ºo]\s?0*([0-9]{1,2})\b")
_COUNT = re.compile(r"\b(?:en\s+)?(?:[0-9]{1,2}|deux|trois|quatre|cinq|six)\s+lots\b(?:\s+separes)?")
_ID_LOT = re.compile(r"(.*?)(?<![a-z])l(?:ot)?[-_ ]?0*([1-9][0-9]?)[a-z]*", re.IGNORECASE)
_ID_SUFFIX = re.compile(r"(.*?)[-_]0*([1-9][0-9]?)")
# Words that say how a market is bought, not what: alone they tell no consultation.
_GENERIC = re.compile(
    r"\b(?:accords?|cadres?|marches?|bons?|commandes?|multi|mono|attributaires?|subsequents?|"
    r"fournitures?|prestations?|travaux|services?|relatifs?|a|au|aux|d|de|des|du|en|et|l|la|le|les|pour)\b"
)


@dataclass(frozen=True)
class ProposedLot:
    """One market seen as a lot; its number is None where nothing tells it."""

    number: str | None
    title: str
    market: PublishedMarket


@dataclass(frozen=True)
class ProposedGroup:
    """Markets of one buyer that look like the lots of one consultation, for a human to accept or not."""

    title: str
    lots: tuple[ProposedLot, ...]


@dataclass(frozen=True)
class _Signs:
    """What a market's object and number say of its consultation."""

    stem: str
    id_stem: str
    number: str | None
    marked: bool
    title: str


def propose(markets: Iterable[PublishedMarket]) -> tuple[ProposedGroup, ...]:
    """Groups of two lots or more: same buyer, same object or number but for the mark, notified close."""
    by_buyer: dict[str, list[tuple[PublishedMarket, _Signs]]] = defaultdict(list)
    for market in markets:
        by_buyer[market.buyer_id].append((market, _signs(market)))
    groups = []
    for members in by_buyer.values():
        for family in _families(members):
            for close in _close_together(family):
                if len(close) > 1 and any(signs.marked for _, signs in close):
                    groups.append(_group(close))
    return tuple(sorted(groups, key=lambda each: (each.lots[0].market.buyer_id, each.title)))


def number_in(published: str | None) -> str | None:
    """The number of its lot that the object of a market tells."""
    matched = _LOT.search(_folded(published or ""))
    return matched[1].upper() if matched else None


def _signs(market: PublishedMarket) -> _Signs:
    published = market.object or ""
    folded = _folded(published)
    matched = _LOT.search(folded) or _NUMBER.search(folded)
    before, after = published, ""
    if matched:
        before, after = published[: matched.start()], published[matched.end() :]
    id_stem, id_number = _from_id(market.decp_id)
    return _Signs(
        _stem(before) or _stem(after),
        id_stem,
        matched[1].upper() if matched else id_number,
        marked=bool(matched or _COUNT.search(folded) or id_number),
        title=after.strip(TRIMMED) or published,
    )


def _from_id(decp_id: str) -> tuple[str, str | None]:
    """The number of a consultation and of its lot, in a market's number such as 2024FO15-02 or 202309L19."""
    matched = _ID_LOT.fullmatch(decp_id) or _ID_SUFFIX.fullmatch(decp_id)
    if matched is None or len(matched[1].strip("-_. ")) < SHORTEST_NUMBER:
        return "", None
    return matched[1].strip("-_. "), matched[2]


def _folded(published: str) -> str:
    """Lower case without accents, letter for letter, so that positions stay those of the text."""
    return "".join((plain(each) or " ")[:1] for each in published)


def _stem(part: str) -> str:
    """The words of an object that lots of one consultation share; "" where they tell too little."""
    words = _COUNT.sub(" ", plain(part))
    telling = "".join(re.findall("[a-z0-9]+", _GENERIC.sub(" ", words)))
    return " ".join(re.findall("[a-z0-9]+", words)) if len(telling) >= SHORTEST_STEM else ""


def _families(
    members: Sequence[tuple[PublishedMarket, _Signs]],
) -> list[list[tuple[PublishedMarket, _Signs]]]:
    """Markets linked by an object or by a number, directly or through another."""
    leader = list(range(len(members)))

    def head(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, (_, signs) in enumerate(members):
        for sign in (("object", signs.stem), ("id", signs.id_stem)):
            if sign[1]:
                leader[head(index)] = head(first.setdefault(sign, index))
    families: dict[int, list[tuple[PublishedMarket, _Signs]]] = defaultdict(list)
    for index, member in enumerate(members):
        families[head(index)].append(member)
    return list(families.values())


def _close_together(
    family: list[tuple[PublishedMarket, _Signs]],
) -> list[list[tuple[PublishedMarket, _Signs]]]:
    """A family cut where two notifications are too far apart; unknown dates stay among themselves."""
    unknown = [each for each in family if each[0].notified_on is None]
    parts = [unknown] if unknown else []
    last: datetime.date | None = None
    dated = [(each[0].notified_on, each) for each in family if each[0].notified_on is not None]
    for notified_on, each in sorted(dated, key=lambda pair: (pair[0], pair[1][0].decp_id)):
        if last is None or notified_on - last > LONGEST_GAP:
            parts.append([])
        parts[-1].append(each)
        last = notified_on
    return parts


def _group(members: list[tuple[PublishedMarket, _Signs]]) -> ProposedGroup:
    lots = sorted(
        (ProposedLot(signs.number, signs.title, market) for market, signs in members),
        key=lambda each: (_rank(each.number), each.market.decp_id),
    )
    titles = [_title(market) for market, _ in members]
    return ProposedGroup(min(titles, key=lambda each: (len(each), each)), tuple(lots))


def _rank(number: str | None) -> tuple[bool, int, str]:
    digits = re.match("[0-9]+", number or "")
    return digits is None, int(digits[0]) if digits else 0, number or ""


def _title(market: PublishedMarket) -> str:
    """The object without what follows its lot mark."""
    published = market.object or market.decp_id
    folded = _folded(published)
    mark = _LOT.search(folded) or _NUMBER.search(folded)
    before = published[: mark.start()].strip(TRIMMED) if mark else published
    return before if len(before) >= SHORTEST_STEM else published
