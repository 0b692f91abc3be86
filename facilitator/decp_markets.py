"""A market as the DECP publish it: one record in, one frozen `PublishedMarket` out, or why it is unusable."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import Any

from facilitator import decp_fields
from facilitator.decp_fields import Holder, Notes, plain, shown, text
from facilitator.refusals import Refused
from facilitator.vocabulary import SocialConsideration

USUAL_ID, LONGEST_ID = 16, 64
_PLACES = {
    plain(each): each
    for each in (
        "Code postal",
        "Code commune",
        "Code arrondissement",
        "Code canton",
        "Code département",
        "Code région",
        "Code pays",
    )
}


class Unusable(Refused):
    """This record cannot become a market; its text is the reason, in French."""


@dataclass(frozen=True)
class PublishedModification:
    """An avenant as published."""

    number: str | None
    object: str | None
    duration_months: int | None
    amount: Decimal | None
    notified_on: datetime.date | None
    published_on: datetime.date | None
    holders: tuple[Holder, ...]


@dataclass(frozen=True)
class PublishedMarket:
    """A market of one buyer as published once; None is «not said», amounts exclude taxes.

    `object` is None only where the table that it comes from has no such column. `considerations` is empty
    for «Sans objet», and None where nothing was said: neither is «no clause», which is `aucune`.
    """

    buyer_id: str
    buyer_name: str | None
    decp_id: str
    nature: str | None
    object: str | None
    cpv: str | None
    procedure: str | None
    duration_months: int | None
    notified_on: datetime.date | None
    published_on: datetime.date | None
    amount: Decimal | None
    price_form: str | None
    place_code: str | None
    place_kind: str | None
    framework_id: str | None
    holders: tuple[Holder, ...]
    considerations: frozenset[SocialConsideration] | None
    techniques: tuple[str, ...]
    groupement: str | None
    ccag: str | None
    sub_contracted: bool | None
    modifications: tuple[PublishedModification, ...]
    source: str | None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it one market: buyer and number."""
        return self.buyer_id, self.decp_id

    @property
    def newest_on(self) -> datetime.date | None:
        """The newest of its publication and modification dates."""
        dates = [self.published_on]
        for each in self.modifications:
            dates += [each.published_on, each.notified_on]
        return max((each for each in dates if each), default=None)

    @cached_property
    def _canonical(self) -> str:
        return json.dumps(_plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def canonical(self) -> str:
        """The same text for the same content, whatever file it came from."""
        return self._canonical

    @property
    def rank(self) -> str:
        """Sortable text: the newest date wins, then the longer list of modifications, then the content."""
        return "|".join(
            (
                str(self.newest_on or "0000-00-00"),
                f"{len(self.modifications):05d}",
                str(self.notified_on or "0000-00-00"),
                hashlib.sha256(self.canonical().encode()).hexdigest(),
            )
        )

    def differences(self, other: "PublishedMarket") -> tuple[str, ...]:
        """The French names of the fields that differ."""
        return tuple(
            FIELD_LABELS[each.name]
            for each in fields(self)
            if getattr(self, each.name) != getattr(other, each.name)
        )


FIELD_LABELS = {
    "buyer_id": "acheteur",
    "buyer_name": "nom de l’acheteur",
    "decp_id": "numéro",
    "nature": "nature",
    "object": "objet",
    "cpv": "code CPV",
    "procedure": "procédure",
    "duration_months": "durée",
    "notified_on": "date de notification",
    "published_on": "date de publication",
    "amount": "montant",
    "price_form": "forme du prix",
    "place_code": "lieu d’exécution",
    "place_kind": "type de lieu",
    "framework_id": "accord-cadre",
    "holders": "titulaires",
    "considerations": "considérations sociales",
    "techniques": "techniques d’achat",
    "groupement": "forme du groupement",
    "ccag": "CCAG",
    "sub_contracted": "sous-traitance",
    "modifications": "modifications",
    "source": "source",
}


def _plain(value: Any) -> Any:
    """A value as JSON can hold it, always in the same order."""
    if isinstance(value, (PublishedMarket, PublishedModification)):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, frozenset):
        return sorted(each.value for each in value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, (Decimal, datetime.date)):
        return str(value)
    return value


def inner(value: object, name: str) -> Mapping[str, object]:
    """The object under a name, or an empty one."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def market_of(raw: object, notes: Notes, *, without_object: bool = False) -> PublishedMarket:
    """One record of format v1 or v2 as a market. Raises Unusable with the reason."""
    if not isinstance(raw, Mapping):
        raise Unusable(f"L’enregistrement {shown(raw)} n’est pas un marché.")
    decp_id = decp_fields.published_text(raw.get("id"))
    _refuse_concession(raw)
    buyer_id = _buyer_id(raw, notes)
    number = _market_id(decp_id, notes)
    title = decp_fields.title(raw.get("objet"), notes)
    if title is None and not without_object:
        raise Unusable("L’objet du marché n’est pas communiqué : rien ne dit de quoi il s’agit.")
    place = inner(raw, "lieuExecution")
    place_kind = decp_fields.short_text(place.get("typeCode"), "Type de lieu", 40, notes)
    name = decp_fields.short_text(inner(raw, "acheteur").get("nom"), "Nom de l’acheteur", 300, notes)
    return PublishedMarket(
        buyer_id=buyer_id,
        buyer_name=name,
        decp_id=number,
        nature=decp_fields.short_text(raw.get("nature"), "Nature", 60, notes),
        object=title,
        cpv=decp_fields.cpv(raw.get("codeCPV"), notes),
        procedure=decp_fields.short_text(raw.get("procedure"), "Procédure", 120, notes),
        duration_months=decp_fields.months(raw.get("dureeMois"), notes),
        notified_on=decp_fields.day(raw.get("dateNotification"), "Date de notification", notes),
        published_on=decp_fields.day(raw.get("datePublicationDonnees"), "Date de publication", notes),
        amount=decp_fields.amount(raw.get("montant"), notes),
        price_form=decp_fields.short_text(raw.get("formePrix"), "Forme du prix", 60, notes),
        place_code=decp_fields.short_text(place.get("code"), "Code du lieu", 20, notes),
        place_kind=_PLACES.get(plain(place_kind), place_kind) if place_kind else None,
        framework_id=decp_fields.short_text(raw.get("idAccordCadre"), "Numéro d’accord-cadre", 64, notes),
        holders=decp_fields.holders(raw.get("titulaires"), notes),
        considerations=decp_fields.considerations(raw.get("considerationsSociales"), notes),
        techniques=decp_fields.labels(raw.get("techniques")),
        groupement=decp_fields.short_text(
            raw.get("typeGroupementOperateurs"), "Forme du groupement", 60, notes
        ),
        ccag=decp_fields.short_text(raw.get("ccag"), "CCAG", 60, notes),
        sub_contracted=decp_fields.yes_or_no(raw.get("sousTraitanceDeclaree")),
        modifications=_modifications(raw.get("modifications"), notes),
        source=decp_fields.short_text(raw.get("source"), "Source", 80, notes),
    )


def _refuse_concession(raw: Mapping[str, object]) -> None:
    kind = plain(text(raw.get("_type")) or "")
    nature = plain(text(raw.get("nature")) or "")
    granted = bool(inner(raw, "autoriteConcedante")) and not inner(raw, "acheteur")
    if granted or "concession" in kind or "concession" in nature or "delegation" in nature:
        raise Unusable("Contrat de concession : ce n’est pas un marché public, il n’est pas importé.")


def _buyer_id(raw: Mapping[str, object], notes: Notes) -> str:
    found = decp_fields.siret(inner(raw, "acheteur").get("id"), "de l’acheteur", notes)
    if not found:
        raise Unusable("Le SIRET de l’acheteur n’est pas communiqué.")
    if len(found) > 20 or not found.isalnum():
        raise Unusable(f"L’identifiant de l’acheteur {shown(found)} est inutilisable.")
    return found


def _market_id(found: str | None, notes: Notes) -> str:
    if found is None or (text(found) is None and not found.startswith("INX ")):
        raise Unusable("Le numéro du marché n’est pas communiqué.")
    if len(found) > LONGEST_ID:
        raise Unusable(f"Le numéro du marché {shown(found)} dépasse {LONGEST_ID} caractères.")
    if len(found) > USUAL_ID:
        notes.append(
            f"Le numéro du marché compte {len(found)} caractères au lieu de {USUAL_ID} au plus : il est gardé tel quel."
        )
    return found


def _modifications(value: object, notes: Notes) -> tuple[PublishedModification, ...]:
    """Each modification once, in the order of their dates then numbers: files list them in any order."""
    found = set()
    raw = [value] if isinstance(value, Mapping) else value
    for each in raw if isinstance(raw, list) else []:
        body = each.get("modification", each) if isinstance(each, Mapping) else each
        if not isinstance(body, Mapping):
            notes.append(f"Modification {shown(body)} illisible : elle est laissée de côté.")
            continue
        found.add(_modification(body, notes))
    return tuple(sorted(found, key=_order))


def _modification(body: Mapping[str, object], notes: Notes) -> PublishedModification:
    own: Notes = []
    number = decp_fields.short_text(body.get("id"), "Numéro", 20, own)
    notified = body.get("dateNotificationModification") or body.get("dateSignatureModification")
    found = PublishedModification(
        number=number,
        object=decp_fields.title(body.get("objetModification"), own),
        duration_months=decp_fields.months(body.get("dureeMois"), own),
        amount=decp_fields.amount(body.get("montant"), own),
        notified_on=decp_fields.day(notified, "Date de notification", own),
        published_on=decp_fields.day(
            body.get("datePublicationDonneesModification"), "Date de publication", own
        ),
        holders=decp_fields.holders(body.get("titulaires"), own),
    )
    which = f"Modification n° {number}" if number else "Modification sans numéro"
    notes.extend(f"{which} : {each}" for each in own)
    return found


def _order(each: PublishedModification) -> tuple[str, ...]:
    number = (each.number or "").zfill(20)
    return str(each.notified_on or each.published_on or ""), number, repr(each)
