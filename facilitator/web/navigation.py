"""What stands around every page: the menu of each audience, the header’s account, the footer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import request, url_for

from facilitator import __version__, access
from facilitator.vocabulary import MembershipRole

# (words of the menu, endpoint): five at most; the first is the audience’s home.
MENUS: Mapping[MembershipRole, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        MembershipRole.administrator: (
            ("Territoires", "administrators.index"),
            ("Utilisateurs", "administrators_users.index"),
            ("Organisations", "administrators_organisations.index"),
        ),
        MembershipRole.facilitator: (
            ("Ma journée", "day.show"),
            ("Lots", "lots.index"),
            ("Personnes", "people.index"),
            ("Heures", "timesheets.queue"),
            ("Suivis", "followups.index"),
        ),
        MembershipRole.authority: (("Mes marchés", "authorities.index"),),
        MembershipRole.company: (
            ("Nos lots", "companies.lots"),
            ("Mises à l’emploi", "companies.placements"),
        ),
        MembershipRole.siae: (
            ("Mises à l’emploi", "siaes.placements"),
            ("Contrats", "siaes.contracts"),
            ("Heures", "siaes.hours"),
        ),
        MembershipRole.referrer: (),
    }
)
SEARCHES: Mapping[MembershipRole, str] = MappingProxyType({MembershipRole.facilitator: "search.show"})
FOOTER = (("Accessibilité", "public.accessibility"), ("Mentions légales", "public.legal"))


def home_of(role: MembershipRole | None) -> str:
    """The endpoint of a role’s own first page."""
    menu = MENUS[role] if role else ()
    return menu[0][1] if menu else "account.show"


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
    }


def _menu(role: MembershipRole | None) -> list[tuple[str, str, bool]]:
    entries = [(label, url_for(endpoint)) for label, endpoint in (MENUS[role] if role else ())]
    inside = [url for _, url in entries if f"{request.path}/".startswith(f"{url.rstrip('/')}/")]
    current = max(inside, key=len, default="")
    return [(label, url, url == current) for label, url in entries]


def _account(name: str) -> dict[str, str]:
    return {
        "name": name,
        "url": url_for("account.show"),
        "sign_out_url": url_for("sign_in.sign_out"),
        "switch_url": url_for("account.switch"),
    }
