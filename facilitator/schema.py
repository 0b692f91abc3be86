"""The schema: brings a database to the newest migration."""

from alembic import command
from alembic.script import ScriptDirectory
from flask import current_app


def upgrade() -> str:
    """Bring the application's database to the newest schema; gives its number."""
    config = current_app.extensions["migrate"].migrate.get_config()
    command.upgrade(config, "head")
    return ScriptDirectory.from_config(config).get_current_head() or ""
