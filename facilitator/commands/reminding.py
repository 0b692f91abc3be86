"""`remind`: the letters of the reminder day, once each, for cron; `--dry-run` says who would get what."""

import datetime
from collections.abc import Collection
from typing import Any

import click
from flask import Flask

from facilitator import followup_letters, french, journal, reminder_plan, reminders, territories
from facilitator.commands.frame import application, as_json, print_json
from facilitator.db import db, writing
from facilitator.periods import day_of
from facilitator.refusals import Refused
from facilitator.reminder_plan import Letter, Plan
from facilitator.settings import Settings
from facilitator.web.clock import today


def _day(context: click.Context, parameter: click.Parameter, value: Any) -> datetime.date | None:
    if value is None:
        return None
    try:
        return french.parse_date(value)
    except Refused as refused:
        raise click.BadParameter(refused.sentence, context, parameter) from None


@click.command(
    help="Écrit les relances du jour dans la boîte d’envoi (à lancer chaque jour, puis send-mail)."
)
@click.option("--on", callback=_day, help="Jour des relances, AAAA-MM-JJ (aujourd’hui par défaut).")
@click.option("--territory", "slug", help="Nom court d’un territoire\u00a0; sans lui, tous les territoires.")
@click.option("--dry-run", is_flag=True, help="Montre qui recevrait quoi, sans rien écrire.")
@as_json
def remind(on: datetime.date | None, slug: str | None, dry_run: bool, as_json: bool) -> None:
    """Each letter is committed by itself: an interruption loses and repeats nothing."""
    with application() as app:
        day = on or today()
        chosen = {territories.by_slug(db.session(), slug).id} if slug else None
        plan, questions = _plan(day, chosen), _questions(day, chosen)
        db.session.rollback()
        if dry_run:
            _show(plan, questions, as_json)
            return
        written, known = _write(app, plan)
        asked = sum(_ask_again(pair, day, app) for pair in sorted(questions))
    if as_json:
        print_json(
            {
                "written": written,
                "already": known,
                "unreachable": len(plan.unreachable),
                "follow_ups": asked,
            }
        )
        return
    _say(plan, written, known)
    if asked:
        click.echo(f"{french.plural(asked, 'question de suivi relancée', 'questions de suivi relancées')}.")


def _plan(on: datetime.date, territory_ids: Collection[int] | None) -> Plan:
    """All the letters that the territories asked for have a part in."""
    plan = reminder_plan.plan(db.session(), on)
    return plan if territory_ids is None else reminder_plan.concerning(plan, territory_ids)


def _questions(on: datetime.date, territory_ids: Collection[int] | None) -> dict[tuple[int, str], int]:
    """How many questions of follow-ups would be asked again, by territory and address."""
    found: dict[tuple[int, str], int] = {}
    for each in followup_letters.to_remind(db.session(), on):
        if territory_ids is None or each.row.territory_id in territory_ids:
            pair = each.row.territory_id, followup_letters.address(db.session(), each) or ""
            found[pair] = found.get(pair, 0) + 1
    return found


def _ask_again(pair: tuple[int, str], on: datetime.date, app: Flask) -> int:
    """The letter of one address, read anew in its own transaction."""
    settings: Settings = app.config["SETTINGS"]
    with writing():
        session = db.session()
        these = [
            each
            for each in followup_letters.to_remind(session, on)
            if (each.row.territory_id, followup_letters.address(session, each)) == pair
        ]
        followup_letters.remind(session, these, on=on, at=journal.now(), base_url=settings.base_url)
        session.commit()
    return len(these)


def _write(app: Flask, plan: Plan) -> tuple[int, int]:
    settings: Settings = app.config["SETTINGS"]
    turn = [each for each in plan.letters if each.round.runs(plan.on)]
    results = [_write_one(each, settings.base_url) for each in turn]
    return results.count(True), results.count(False)


def _write_one(letter: Letter, base_url: str) -> bool:
    if letter.sent is not None:
        return False
    with writing():
        mail = reminders.send(db.session(), letter, at=journal.now(), base_url=base_url)
        db.session.commit()
    return mail is not None


def _say(plan: Plan, written: int, known: int) -> None:
    later = [each for each in plan.letters if not each.round.runs(plan.on)]
    click.echo(
        f"{french.plural(written, 'lettre écrite', 'lettres écrites')}\u00a0; send-mail envoie ce qui attend."
    )
    if known:
        click.echo(
            f"{french.plural(known, 'personne a', 'personnes ont')} déjà la lettre de ce jour de relance."
        )
    if later:
        days = ", ".join(str(day) for day in sorted({each.round.day for each in later}))
        click.echo(
            f"{french.plural(len(later), 'lettre attend', 'lettres attendent')} le jour de relance du territoire (le {days})."
        )
    if plan.unreachable:
        click.echo(
            f"{french.plural(len(plan.unreachable), 'organisation n’a', 'organisations n’ont')} personne à qui écrire\u00a0: contact à trouver."
        )


def _show(plan: Plan, questions: dict[tuple[int, str], int], as_json: bool) -> None:
    if as_json:
        asked = [
            {"recipient": recipient, "questions": count}
            for (_, recipient), count in sorted(questions.items())
        ]
        print_json({**_facts(plan), "follow_ups": asked})
        return
    click.echo(
        f"Au {french.date(plan.on)}\u00a0: {french.plural(len(plan.letters), 'lettre', 'lettres')}. Rien n’est écrit."
    )
    for letter in plan.letters:
        click.echo(f"\n{letter.recipient} – {_standing(letter, plan.on)}")
        for each in letter.items:
            click.echo(f"  {plan.organisations[each.organisation_id]}\u00a0: {each.sentence}{_month(each)}")
    for nobody in plan.unreachable:
        name = plan.organisations[nobody.organisation_id]
        click.echo(f"\n{name} – contact à trouver, {french.plural(len(nobody.items), 'réponse attendue', 'réponses attendues')}")  # fmt: skip
    for (_, recipient), count in sorted(questions.items()):
        click.echo(
            f"\n{recipient} – {french.plural(count, 'question de suivi', 'questions de suivi')} à relancer"
        )


def _month(each: Any) -> str:
    return f" ({french.month(each.month)})" if each.month else ""


def _standing(letter: Letter, on: datetime.date) -> str:
    if letter.sent is not None:
        return f"déjà écrite le {french.date(day_of(letter.sent.written_at))}"
    return "partirait ce jour" if letter.round.runs(on) else f"jour de relance\u00a0: le {letter.round.day}"


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "on": plan.on,
        "letters": [
            {
                "recipient": each.recipient,
                "day": each.round.day,
                "leaves": each.sent is None and each.round.runs(plan.on),
                "already": each.sent is not None,
                "items": [
                    {
                        "organisation": plan.organisations[item.organisation_id],
                        "kind": item.kind.value,
                        "month": item.month,
                        "sentence": item.sentence,
                    }
                    for item in each.items
                ],
            }
            for each in plan.letters
        ],
        "unreachable": [
            {"organisation": plan.organisations[each.organisation_id], "items": len(each.items)}
            for each in plan.unreachable
        ],
    }
