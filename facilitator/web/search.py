"""One box for everything that a facilitator looks for: markets, lots, people, companies, SIAE of the territory."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from facilitator import access, visibility
from facilitator.awards import Award
from facilitator.db import db
from facilitator.markets import Lot, Market
from facilitator.organisations import Organisation
from facilitator.people import Person
from facilitator.placements import Placement
from facilitator.searches import LONGEST, holds, words_of
from facilitator.sessions import Member
from facilitator.vocabulary import PlacementMode

blueprint = Blueprint("search", __name__, url_prefix="/recherche")
MOST = 10


@blueprint.get("")
def show() -> ResponseReturnValue:
    """At most ten of each kind, whatever the accents and the case (five selects)."""
    member, typed = access.current(), _typed()
    words = words_of(typed)
    found = _found(member, words) if words else {}
    if found.get("people"):
        access.saw("search", "person", None, member.territory_id)
    return render_template("facilitators/search/show.html", typed=typed, words=words, most=MOST, **found)


def _typed() -> str:
    """The query on one line, without what no page can show."""
    shown = "".join(each if each.isprintable() else " " for each in request.args.get("q", "")[:LONGEST])
    return " ".join(shown.split())


def _found(member: Member, words: list[str]) -> dict[str, list[Any]]:
    return {
        "markets": _markets(member, words),
        "lots": _lots(member, words),
        "people": _people(member, words),
        "companies": _companies(member, words),
        "siaes": _siaes(member, words),
    }


def _rows(query: Any) -> list[Any]:
    return list(db.session.execute(query.limit(MOST)))


def _markets(member: Member, words: list[str]) -> list[Any]:
    return _rows(
        visibility.markets(member)
        .join(Organisation, Organisation.id == Market.buyer_id)
        .where(holds(words, Market.object, Market.decp_id, Market.buyer_number, Organisation.name))
        .with_only_columns(
            Market.id, Market.object, Market.decp_id, Market.notified_on, _label().label("buyer")
        )
        .order_by(Market.id.desc())
    )


def _lots(member: Member, words: list[str]) -> list[Any]:
    return _rows(
        visibility.lots(member)
        .join(Market, Market.id == Lot.market_id)
        .where(holds(words, Lot.title))
        .with_only_columns(Lot.id, Lot.number, Lot.title, Market.object)
        .order_by(Lot.id.desc())
    )


def _people(member: Member, words: list[str]) -> list[Any]:
    """Names are kept without accents already."""
    query = visibility.persons(member).with_only_columns(
        Person.id, Person.first_name, Person.last_name, Person.birth_on
    )
    for word in words:
        query = query.where(Person.search_name.contains(word, autoescape=True))
    return _rows(query.order_by(Person.search_name, Person.id))


def _companies(member: Member, words: list[str]) -> list[Any]:
    """The companies of the territory's lots, with how many."""
    awards = visibility.awards(member).with_only_columns(Award.id)
    return _rows(
        select(
            Organisation.id,
            _label().label("name"),
            Organisation.identifier,
            Organisation.city,
            func.count(Award.id).label("times"),
        )
        .join(Award, Award.organisation_id == Organisation.id)
        .where(Award.id.in_(awards), holds(words, Organisation.name, Organisation.identifier))
        .group_by(Organisation.id)
        .order_by(Organisation.name, Organisation.id)
    )


def _siaes(member: Member, words: list[str]) -> list[Any]:
    """The structures that employ people for the territory's lots, with how many placements."""
    placements = visibility.placements(member).with_only_columns(Placement.id)
    return _rows(
        select(
            Organisation.id,
            _label().label("name"),
            Organisation.identifier,
            Organisation.city,
            func.count(Placement.id).label("times"),
        )
        .join(Placement, Placement.employer_id == Organisation.id)
        .where(
            Placement.id.in_(placements),
            Placement.mode != PlacementMode.embauche_directe,
            holds(words, Organisation.name, Organisation.identifier),
        )
        .group_by(Organisation.id)
        .order_by(Organisation.name, Organisation.id)
    )


def _label() -> Any:
    return func.coalesce(Organisation.name, Organisation.scheme + " " + Organisation.identifier)
