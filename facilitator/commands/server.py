"""Schema and server: `upgrade` and `serve`."""

import click
import waitress

from facilitator import schema, stored_paths
from facilitator.commands.frame import application, say
from facilitator.db import db, writing

THREADS = 4  # On SQLite more threads wait for each other; gunicorn's processes serve a real load.


@click.command(help="Met la base de données au schéma le plus récent.")
def upgrade() -> None:
    """Any database to the newest schema."""
    with application(), writing():
        number = schema.upgrade()
        stored_paths.fill(db.session())
        db.session.commit()
    say(f"Base de données à jour (schéma {number}).")


@click.command(help="Sert les pages (poste de travail, démonstration).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    envvar="PORT",
    show_default=True,
    help="Port d’écoute (variable PORT).",
)
def serve(host: str, port: int) -> None:
    """Serve by waitress until interrupted."""
    with application() as app:
        wsgi = app.wsgi_app
    say(f"Facilitator écoute sur http://{host}:{port} (Ctrl+C pour arrêter).")
    waitress.serve(wsgi, host=host, port=port, threads=THREADS, ident=None, _quiet=True)
