"""What every command rests on: its application, its transaction, its two ways to speak, its exit codes."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from facilitator import create_app
from facilitator.db import db, writing
from facilitator.refusals import Refused

DONE, REFUSED, WRONG_USAGE = 0, 1, 2

as_json = click.option("--json", "as_json", is_flag=True, help="Résultat en JSON, seul sur la sortie.")


@contextmanager
def application() -> Iterator[Flask]:
    """The application of this command, in its context (a test gives its own as click's `obj`)."""
    app = click.get_current_context().find_object(Flask) or create_app()
    with app.app_context():
        yield app


@contextmanager
def reading() -> Iterator[Session]:
    """A session for a command that writes nothing."""
    with application():
        yield db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that is committed at the end; whatever is raised leaves nothing written."""
    with application(), writing():
        try:
            yield db.session()
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def say(sentence: str) -> None:
    """Tell the user, in French, on the error stream: stdout is kept for results."""
    click.echo(sentence, err=True)


def print_json(result: Any) -> None:
    """The whole result, alone on stdout; decimals and dates as text."""
    click.echo(json.dumps(result, ensure_ascii=False, indent=2, default=str))


def run(group: click.Group, args: Sequence[str] | None = None, app: Flask | None = None) -> int:
    """Run a command line: 0 done, 1 refused (nothing written), 2 wrong usage."""
    try:
        code = group.main(args=args, prog_name="facilitator", standalone_mode=False, obj=app)
    except click.UsageError as error:
        return _explain(error)
    except click.ClickException as error:
        return _refuse(error.format_message())
    except click.Abort:
        return _refuse("Commande interrompue\u00a0: rien n’a été écrit.")
    except Refused as refusal:
        return _refuse(str(refusal))
    except OperationalError as error:
        return _refuse(_unreachable(error))
    return code if isinstance(code, int) else DONE


def _refuse(sentence: str) -> int:
    click.echo(sentence, err=True)
    return REFUSED


def _unreachable(error: OperationalError) -> str:
    if "no such table" in str(error.orig):
        return "La base n’a pas encore ses tables\u00a0: lancez d’abord «\u00a0facilitator upgrade\u00a0»."
    return f"La base de données ne répond pas (DATABASE_URL)\u00a0: {error.orig}"


def _explain(error: click.UsageError) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return WRONG_USAGE
    path = error.ctx.command_path if error.ctx else "facilitator"
    click.echo(f"{_fault(error)}\nAide\u00a0: {path} --help", err=True)
    return WRONG_USAGE


def _fault(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"L’option {error.option_name} n’existe pas."
        case click.MissingParameter() if error.param is not None:
            return f"Il manque {_name(error)}."
        case click.BadParameter() if error.param is not None:
            return f"Valeur non comprise pour {_name(error)}\u00a0: {_wanted(error)}"
        case click.exceptions.NoSuchCommand():
            return f"La commande «\u00a0{error.command_name}\u00a0» n’existe pas."
        case _:
            return f"Commande non comprise\u00a0: {error.format_message()}"


def _wanted(error: click.BadParameter) -> str:
    """Say in French what click, which speaks English, wanted of a value."""
    match error.param.type if error.param is not None else None:
        case click.Choice(choices=choices):
            return f"choisissez parmi {', '.join(map(str, choices))}."
        case click.IntRange(min=low, max=high):
            return f"écrivez un nombre entier de {low} à {high}."
        case click.types.IntParamType():
            return "écrivez un nombre entier."
        case click.DateTime():
            return "écrivez une date ainsi\u00a0: AAAA-MM-JJ."
        case _:
            return error.message


def _name(error: click.BadParameter) -> str:
    assert error.param is not None
    return error.param.get_error_hint(error.ctx) if error.ctx else str(error.param.name)


def main(group: click.Group) -> None:
    """Entry point of the console script."""
    sys.exit(run(group))
