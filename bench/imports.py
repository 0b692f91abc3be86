"""import-decp: comparing and writing published markets, beside reading them."""

import json
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bench.measure import ROUNDS, Table, Times, once, timed
from facilitator import decp, decp_import, decp_plan, territories
from facilitator.db import writing
from facilitator.journal import now
from facilitator.vocabulary import TerritoryKind
from tests.trade import siret

BUYERS, COMPANIES = 40, 200


def records(count: int) -> bytes:
    """A file of DECP v2 as buyers publish it."""
    return json.dumps({"marches": {"marche": [_record(number) for number in range(count)]}}).encode()


def _record(number: int) -> dict[str, Any]:
    return {
        "id": f"2025FICTIF{number:06d}",
        "acheteur": {"id": siret(800_000 + number % BUYERS)},
        "nature": "Marché",
        "objet": f"Réfection fictive de l’école n° {number // 6} - lot {1 + number % 6} : peinture",
        "codeCPV": "45442100-8",
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": "99001", "typeCode": "Code commune"},
        "dureeMois": 12 + number % 24,
        "dateNotification": f"2025-{1 + number % 12:02d}-10",
        "datePublicationDonnees": f"2025-{1 + number % 12:02d}-20",
        "montant": 50_000 + number,
        "titulaires": [
            {"titulaire": {"typeIdentifiant": "SIRET", "id": siret(810_000 + number % COMPANIES)}}
        ],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
        "modifications": [
            {"modification": {"id": 1, "dureeMois": 30, "dateNotificationModification": "2025-12-01"}}
        ]
        * (number % 10 == 0),
    }


def run(session: Session, engine: str, count: int) -> None:
    """Prints records a second of each step; the same file again is the second import."""
    content = records(count)
    merged = decp.merge([decp.read(content, "bench.json")])
    places = [_territory(session, number) for number in range(ROUNDS)]
    parsed = timed(lambda: json.loads(content))
    read = timed(lambda: decp.merge([decp.read(content, "bench.json")]))
    first = Times([once(partial(_bring_in, session, place, merged)) for place in places])
    again = Times([once(partial(_bring_in, session, place, merged)) for place in places])
    table = Table(
        f"{engine} – import-decp of {count} records",
        ("what", "time", "records/s", "× read"),
    )
    base = read.median
    for label, times in (
        ("json.loads alone", parsed),
        ("decp.read + merge", read),
        ("plan + apply, all new", first),
        ("plan + apply, the same again", again),
    ):
        table.add(label, times, f"{count / times.median:.0f}", f"{times.median / base:.2f}")
    table.show()


def _territory(session: Session, number: int) -> int:
    with writing():
        place = territories.create(
            session, f"import-{number}", "Territoire d’import", TerritoryKind.plie, by=None
        )
        session.commit()
        territory_id = place.id
    session.rollback()
    return territory_id


def _bring_in(session: Session, territory_id: int, merged: decp.Merged) -> None:
    with writing():
        plan = decp_plan.plan(session, territory_id, merged)
        decp_import.apply(session, plan, by=None, at=now())
        session.commit()
    session.expunge_all()
