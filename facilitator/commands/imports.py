"""Files of others: `import-decp`, `import-siae`, `import-refs`."""

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator import (
    decp,
    decp_import,
    decp_plan,
    french,
    journal,
    reference_import,
    reference_lists,
    siae_directory,
    siae_import,
)
from facilitator.commands.frame import as_json, print_json, transaction
from facilitator.import_problems import Level, Problem
from facilitator.refusals import Refused
from facilitator.territories import Territory

SHOWN_PROBLEMS = 20


class ImportRefused(Refused):
    """The command cannot start as asked; nothing was written."""


def _existing(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    paths = value if isinstance(value, tuple) else (value,)
    for path in paths:
        if not path.is_file():
            raise click.BadParameter(f"le fichier {path} n’existe pas.", context, parameter)
    return value


_file = click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path), callback=_existing)
_files = click.argument(
    "files",
    metavar="FICHIER…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    callback=_existing,
)


@click.command("import-decp", help="Importe des marchés publiés (DECP, JSON ou CSV) dans un territoire.")
@_files
@click.option("--territory", "slug", required=True, metavar="NOM", help="Territoire qui les suivra.")
@click.option("--only-social", is_flag=True, help="Seulement les marchés avec « Clause sociale ».")
@as_json
def import_decp(files: Sequence[Path], slug: str, only_social: bool, as_json: bool) -> None:
    """All files in one transaction: one that is not DECP refuses the whole."""
    merged = decp.merge(decp.read(each) for each in files)
    with transaction() as session:
        plan = decp_plan.plan(session, _territory(session, slug), merged, only_social=only_social)
        done = decp_import.apply(session, plan, by=None, at=journal.now())
    if as_json:
        print_json(dataclasses.asdict(done) | {"problems": _listed(plan.problems)})
        return
    click.echo(
        f"{_many(done.read, 'enregistrement lu', 'enregistrements lus')} : "
        f"{_many(done.created, 'marché créé', 'marchés créés')}, {french.number(done.updated)} mis à jour, "
        f"{_many(done.unchanged, 'inchangé')}, {_many(done.rejected, 'rejeté')}, "
        f"{_many(done.ignored, 'laissé de côté', 'laissés de côté')}."
    )
    _show(plan.problems)


@click.command("import-siae", help="Importe un annuaire de SIAE ou d’ESAT (CSV).")
@_file
@as_json
def import_siae(file: Path, as_json: bool) -> None:
    """One directory: roles by SIRET and kind."""
    directory = siae_directory.read(file)
    with transaction() as session:
        done = siae_import.load(session, directory, by=None, at=journal.now())
    if as_json:
        print_json(dataclasses.asdict(done) | {"problems": _listed(directory.problems)})
        return
    click.echo(
        f"{_many(done.read, 'ligne lue', 'lignes lues')} : {_many(done.loaded, 'structure chargée', 'structures chargées')} "
        f"(dont {_many(done.created, 'nouvelle')}), {_many(done.repeated, 'répétée')}, {_many(done.rejected, 'rejetée')}."
    )
    _show(directory.problems)


@click.command("import-refs", help="Importe des listes officielles : COG, CPV, ROME, NAF, EPCI, QPV…")
@_files
@as_json
def import_refs(files: Sequence[Path], as_json: bool) -> None:
    """Labels of codes; without them codes are shown bare."""
    lists = [reference_lists.read(each) for each in files]
    with transaction() as session:
        done = [reference_import.load(session, each) for each in lists]
    if as_json:
        totals = {
            each.name: sum(getattr(one, each.name) for one in done)
            for each in dataclasses.fields(reference_import.Labelled)
        }
        print_json(totals)
        return
    for reference, result in zip(lists, done, strict=True):
        click.echo(
            f"{reference.name} : {_many(result.read, 'ligne lue', 'lignes lues')}, "
            f"{_many(result.created, 'libellé créé', 'libellés créés')}, {_many(result.updated, 'changé')}, "
            f"{_many(result.unchanged, 'inchangé')}, {_many(result.ignored, 'laissé de côté', 'laissés de côté')}."
        )


def _territory(session: Session, slug: str) -> int:
    found = session.scalar(select(Territory.id).where(Territory.slug == slug))
    if found is None:
        raise ImportRefused(
            f"Le territoire « {slug} » n’existe pas : rien n’a été importé. "
            "Créez-le par « facilitator territory create »."
        )
    return found


def _listed(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [dataclasses.asdict(each) for each in problems]


def _many(count: int, one: str, several: str | None = None) -> str:
    return french.plural(count, one, several)


def _show(problems: Sequence[Problem]) -> None:
    """Rejections first; the whole list stands in the JSON."""
    ordered = sorted(problems, key=lambda each: each.level is not Level.rejection)
    for each in ordered[:SHOWN_PROBLEMS]:
        click.echo(
            f"  {each.file}, n° {each.position}, {each.id or 'sans numéro'} ({each.level}) : {each.reason}"
        )
    if len(ordered) > SHOWN_PROBLEMS:
        click.echo(f"  … et {len(ordered) - SHOWN_PROBLEMS} autres (liste complète : --json).")
