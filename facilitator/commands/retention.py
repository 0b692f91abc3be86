"""`retention`: who is to be anonymised, and with `--apply` anonymises them; a dry run unless told otherwise."""

import datetime
from collections.abc import Sequence

import click

from facilitator import french, retention, territories
from facilitator.commands.frame import application, as_json, print_json
from facilitator.db import db, writing
from facilitator.retention import Old
from facilitator.web.clock import today


@click.command(
    name="retention",
    help="Montre les personnes à anonymiser, dont le dernier événement dépasse la durée de conservation du territoire.",
)
@click.option("--territory", "slug", help="Nom court d’un territoire\u00a0; sans lui, tous les territoires.")
@click.option("--apply", "apply_", is_flag=True, help="Anonymise ces personnes, sans retour possible.")
@as_json
def retain(slug: str | None, apply_: bool, as_json: bool) -> None:
    """Each person is committed by itself: an interruption leaves nobody half erased."""
    on = today()
    with application():
        session = db.session()
        chosen = {territories.by_slug(session, slug).id} if slug else None
        found = retention.due(session, on, chosen)
        session.rollback()
        done = sum(_anonymise(each, on) for each in found) if apply_ else 0
    if as_json:
        print_json(
            {"on": on, "applied": apply_, "anonymised": done, "people": [_facts(each) for each in found]}
        )
    elif apply_:
        click.echo(f"{french.plural(done, 'personne anonymisée', 'personnes anonymisées')}.")
    else:
        _show(found)


def _anonymise(old: Old, on: datetime.date) -> bool:
    with writing():
        done = retention.anonymise(db.session(), old, on=on, by=None)
        db.session.commit()
    return done


def _facts(old: Old) -> dict[str, object]:
    return {"id": old.person_id, "territory": old.territory, "last_on": old.last_on}


def _show(found: Sequence[Old]) -> None:
    """Numbers, not names: what a terminal shows is often kept."""
    what = french.plural(len(found), "personne à anonymiser", "personnes à anonymiser")
    more = "\u00a0; ajoutez --apply pour le faire" if found else ""
    click.echo(f"{what}. Rien n’est écrit{more}.")
    for old in found:
        click.echo(
            f"  {old.territory}\u00a0: personne n°\u00a0{old.person_id}, dernier événement le {french.date(old.last_on)}"
        )
