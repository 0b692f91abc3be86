"""`verify`: recomputes every stored figure and says what does not hold."""

import click

from facilitator import french, integrity
from facilitator.commands.frame import REFUSED, as_json, print_json, reading
from facilitator.web.clock import today

SHOWN_FAULTS = 10


@click.command(help="Recalcule tout ce qui est enregistré et dit ce qui ne tient pas.")
@as_json
def verify(as_json: bool) -> int:
    """Exit 1 when something is wrong; nothing is ever repaired silently."""
    with reading() as session:
        found = list(integrity.checks(session, today()))
    if as_json:
        counts = {each.code: len(each.faults) for each in found}
        print_json({**counts, "faults": {each.code: each.faults for each in found if each.faults}})
    else:
        for each in found:
            _show(each)
    return REFUSED if any(each.faults for each in found) else 0


def _show(check: integrity.Check) -> None:
    count = len(check.faults)
    what = "conforme" if not count else french.plural(count, "écart")
    click.echo(f"{check.label}\u00a0: {what}")
    for fault in check.faults[:SHOWN_FAULTS]:
        click.echo(f"  {fault}")
    if count > SHOWN_FAULTS:
        click.echo(f"  … et {count - SHOWN_FAULTS} autres (liste complète\u00a0: --json).")
