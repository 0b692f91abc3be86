"""Letters that left, or never will, keep no link that opens: what they open is for their addressee alone."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
MAX_TRIES = 8
IN_TEXT = re.compile(r"(https?://\S*?/(?:lien|declaration|mot-de-passe)/)[\w-]{16,}\S*")
IN_HTML = re.compile(r"(https?://[^\s\"'<>]*?/(?:lien|declaration|mot-de-passe)/)[\w-]{16,}[^\s\"'<>)]*")
MAILS = sa.table(
    "outbox_mails",
    sa.column("id", sa.Integer),
    sa.column("text", sa.Text),
    sa.column("html", sa.Text),
    sa.column("sent_at", sa.DateTime(timezone=True)),
    sa.column("tries", sa.Integer),
)


def upgrade() -> None:
    connection = op.get_bind()
    over = sa.or_(MAILS.c.sent_at.is_not(None), MAILS.c.tries >= MAX_TRIES)
    linked = sa.or_(*(MAILS.c.text.contains(f"/{each}/") for each in ("lien", "declaration", "mot-de-passe")))
    for key in connection.scalars(sa.select(MAILS.c.id).where(over, linked)).all():
        text, html = connection.execute(sa.select(MAILS.c.text, MAILS.c.html).where(MAILS.c.id == key)).one()
        kept = {"text": IN_TEXT.sub(r"\1… (lien personnel)", text), "html": IN_HTML.sub(r"\1…", html)}
        connection.execute(sa.update(MAILS).where(MAILS.c.id == key).values(**kept))


def downgrade() -> None:
    """What was forgotten does not come back: the letters themselves stay."""
