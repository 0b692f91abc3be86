"""What stands around every page: the menu of each audience, the header’s account, the footer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import request, url_for

from facilitator import __version__, access
from facilitator.permissions import DOORS
from facilitator.vocabulary import MembershipRole


@dataclass(frozen=True)
class Entry:
    """A word of the menu: where it leads, and which other pages stand under it."""

    label: str
    endpoint: str
    covers: tuple[str, ...] = ()


ASK = Entry("Demandes", "asked_requests.index", ("/besoins",))
ASK_ONLY = Entry("Demandes", "asked_requests.index")

# Five at most; the first is the audience’s home.
MENUS: Mapping[MembershipRole, tuple[Entry, ...]] = MappingProxyType(
    {
        MembershipRole.administrator: (
            Entry("Territoires", "administrators.index"),
            Entry("Utilisateurs", "administrators_users.index"),
            Entry("Organisations", "administrators_organisations.index"),
            Entry("Enquête", "surveys.show"),
        ),
        MembershipRole.facilitator: (
            Entry("Ma journée", "day.show"),
            Entry(
                "Marchés",
                "lots.index",
                (
                    "/marches",
                    "/operations",
                    "/organisations",
                    "/contacts",
                    "/attestations",
                    "/penalites",
                    "/difficultes",
                    "/documents",
                    "/actions",
                ),
            ),
            Entry(
                "Personnes",
                "people.index",
                (
                    "/demandes",
                    "/mises-a-l-emploi",
                    "/contrats",
                    "/fiches",
                    "/periodes",
                    "/besoins",
                    "/candidatures",
                ),
            ),
            Entry(
                "Heures",
                "timesheets.queue",
                (
                    "/relances",
                    "/courriers",
                    "/globalisations",
                ),
            ),
            Entry("Suivis", "followups.index", ("/enquete", "/objectifs", "/rapports")),
        ),
        MembershipRole.authority: (
            Entry("Mes marchés", "authorities.index"),
            Entry("Bilans et attestations", "authorities.sent_bilans"),
            Entry("Pénalités", "buyer_penalties.index"),
            Entry("Achats responsables", "buyer_objectives.spaser"),
        ),
        MembershipRole.company: (
            Entry("Vos lots", "companies.lots", ("/entreprise/penalites",)),
            Entry("Mises à l’emploi", "companies.placements"),
            ASK,
            Entry("Déclarer", "month_returns.index", ("/heures/releves", "/heures/annee")),
            Entry("À confirmer", "hours_to_confirm.signed_in"),
        ),
        MembershipRole.siae: (
            Entry("Mises à l’emploi", "siaes.placements", ("/siae/contrats",)),
            ASK,
            Entry("Heures", "siaes.hours"),
            Entry("Déclarer", "month_returns.index", ("/heures/releves", "/heures/annee")),
            Entry("À confirmer", "hours_to_confirm.signed_in"),
        ),
        MembershipRole.referrer: (
            ASK_ONLY,
            Entry("Besoins", "open_needs.index"),
            Entry("Suivis", "followups.index"),
        ),
    }
)
# What came out of the clause: one row of local tabs, each shown to the roles that its door admits.
RESULT_TABS = (
    Entry("Appels", "followups.index"),
    Entry("La chaîne et les taux", "followup_chains.show"),
    Entry("Objectifs", "objectives.plie"),
    Entry("Enquête", "surveys.show"),
    Entry("Activité", "activity.show"),
    Entry("Bilan annuel", "annual_bilans.show"),
)
# The programmes whose objectives are followed, each a page under «Objectifs».
OBJECTIVE_TABS = (
    Entry("PLIE", "objectives.plie"),
    Entry("NPNRU et GUP", "renewal_objectives.index"),
    Entry("SPASER", "purchase_objectives.spaser"),
    Entry("Déclarations DECP", "purchase_objectives.publications"),
    Entry("Liste FSE+", "fse_participants.index"),
)
BUYER_OBJECTIVE_TABS = (
    Entry("SPASER", "buyer_objectives.spaser"),
    Entry("NPNRU et GUP", "buyer_objectives.renewal"),
    Entry("Déclarations DECP", "buyer_objectives.publications"),
)
SEARCHES: Mapping[MembershipRole, str] = MappingProxyType({MembershipRole.facilitator: "search.show"})
FOOTER = (
    ("Vérifier une attestation", "attestations.check"),
    ("Accessibilité", "public.accessibility"),
    ("Mentions légales", "public.legal"),
)


def home_of(role: MembershipRole | None) -> str:
    """The endpoint of a role’s own first page."""
    menu = MENUS[role] if role else ()
    return menu[0].endpoint if menu else "account.show"


def around() -> dict[str, Any]:
    """What the layout reads."""
    member = access.visitor()
    search = SEARCHES.get(member.role) if member and member.role else None
    return {
        "nav": _menu(member.role if member else None),
        "current_membership": member.membership if member else None,
        "memberships": member.memberships if member else (),
        "account_menu": _account(member.name) if member else None,
        "search_url": url_for(search) if search else None,
        "footer_links": [(label, url_for(endpoint)) for label, endpoint in FOOTER],
        "app_version": __version__,
        "result_tabs": result_tabs,
        "objective_tabs": objective_tabs,
    }


def result_tabs() -> list[tuple[str, str, bool]]:
    """The local tabs of the result pages that one’s role opens."""
    return _tabs(RESULT_TABS)


def objective_tabs() -> list[tuple[str, str, bool]]:
    """The programmes whose objectives one’s role reads."""
    return _tabs((*OBJECTIVE_TABS, *BUYER_OBJECTIVE_TABS))


def _tabs(several: Iterable[Entry]) -> list[tuple[str, str, bool]]:
    role = access.current().role
    entries = [each for each in several if DOORS[each.endpoint].admits(role)]
    urls = [url_for(each.endpoint) for each in entries]
    nearest = max(map(_common, urls), default=0)
    return [(each.label, url, 0 < _common(url) == nearest) for each, url in zip(entries, urls, strict=True)]


def _menu(role: MembershipRole | None) -> list[tuple[str, str, bool]]:
    menu = MENUS[role] if role else ()
    urls = [url_for(entry.endpoint) for entry in menu]
    reach = [max(map(_common, (url, *entry.covers))) for url, entry in zip(urls, menu, strict=True)]
    nearest = max(reach, default=0)
    return [
        (entry.label, url, 0 < length == nearest)
        for entry, url, length in zip(menu, urls, reach, strict=True)
    ]


def _common(start: str) -> int:
    """How long a start of address the page shares with an entry; 0 when it stands elsewhere."""
    return len(start) if f"{request.path}/".startswith(f"{start.rstrip('/')}/") else 0


def _account(name: str) -> dict[str, str]:
    return {
        "name": name,
        "url": url_for("account.show"),
        "sign_out_url": url_for("sign_in.sign_out"),
        "switch_url": url_for("account.switch"),
    }
