"""Migrations: up and down on filled tables, both engines; the schema is exactly what the models say."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from facilitator import create_app, journal, journal_chain
from facilitator.contact_changes import ContactProposal
from facilitator.db import Base, db
from facilitator.journal_chain import JournalHead
from facilitator.mails import OutboxMail
from facilitator.settings import bundled
from tests import trade
from tests.conftest import settings_for


def rows_by_table() -> dict[str, int]:
    """How many rows each table that exists holds."""
    with db.engine.connect() as connection:
        present = set(inspect(connection).get_table_names())
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name in present
        }


def _before(name: str) -> str:
    """The revision under the migration of this name, whatever its number."""
    (found,) = (Path(bundled("migrations")) / "versions").glob(f"[0-9]*_{name}.py")
    return f"{int(found.name[:4]) - 1:04d}"


def test_the_migrations_make_the_schema_of_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_each_step_down_and_up_again_keeps_every_other_row(demonstrated: str, tmp_path: Path) -> None:
    app = create_app(settings_for(demonstrated, tmp_path))
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        revisions = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
        full = rows_by_table()
        assert sum(full.values()) > 5000

        for lower in [*revisions[1:], "base"]:
            command.downgrade(config, lower)
            kept = rows_by_table()
            assert kept == {table: full[table] for table in kept}

        assert rows_by_table() == {}
        command.upgrade(config, "head")
        assert set(rows_by_table()) == set(full)
        db.engine.dispose()


def test_what_was_written_before_the_chain_is_sealed_as_the_application_seals(
    demonstrated: str, tmp_path: Path
) -> None:
    app = create_app(settings_for(demonstrated, tmp_path))
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        heads = select(JournalHead.lot_id, JournalHead.position, JournalHead.digest)
        before = db.session.execute(heads.order_by(JournalHead.lot_id)).all()
        db.session.rollback()
        command.downgrade(config, _before("journal_chain"))
        command.upgrade(config, "head")
        assert db.session.execute(heads.order_by(JournalHead.lot_id)).all() == before != []
        assert list(journal_chain.faults(db.session())) == []
        db.session.remove()
        db.engine.dispose()


def test_proposals_made_twice_before_are_one(app: Flask, session: Session) -> None:
    ground = trade.market(session)
    place, company = ground.territory.id, ground.company.id
    session.commit()
    session.close()
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        command.downgrade(config, _before("proposals_once"))
        for number, email in enumerate(("Alix@demo.example", "alix@demo.example", "autre@demo.example")):
            proposal = ContactProposal(
                territory_id=place, organisation_id=company, old_email="paie@demo.example",
                name=f"Alix {number}", email=email, proposed_at=journal.now(),
            )  # fmt: skip
            db.session.add(proposal)
        db.session.commit()
        db.session.remove()
        command.upgrade(config, "head")
        rows = db.session.scalars(select(ContactProposal).order_by(ContactProposal.id)).all()
        assert [(each.email, each.accepted) for each in rows] == [
            ("alix@demo.example", None),
            ("alix@demo.example", False),
            ("autre@demo.example", None),
        ]
        assert rows[1].decided_on == journal.now().date()
        db.session.remove()
        db.engine.dispose()


def test_letters_sent_before_keep_no_link_that_opens(app: Flask) -> None:
    token = "Zk3-_" * 8
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        command.downgrade(config, _before("links_forgotten"))
        for thing_id, sent_at, tries in ((1, journal.now(), 1), (2, None, 8), (3, None, 1)):
            url = f"http://guichet.example/lien/{token}"
            mail = OutboxMail(
                thing="placement", thing_id=thing_id, recipient="siae@demo.example", subject="À confirmer",
                text=f"Bonjour,\n{url}\nMerci", html=f'<p><a href="{url}">{url}</a></p>', created_at=journal.now(),
                next_try_at=journal.now(), sent_at=sent_at, tries=tries,
            )  # fmt: skip
            db.session.add(mail)
        db.session.commit()
        db.session.remove()
        command.upgrade(config, "head")
        sent, dropped, waiting = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id))
        for each in (sent, dropped):
            assert each.text == "Bonjour,\nhttp://guichet.example/lien/… (lien personnel)\nMerci"
            assert (
                each.html
                == '<p><a href="http://guichet.example/lien/…">http://guichet.example/lien/…</a></p>'
            )
        assert token in waiting.text and token in waiting.html
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_migrations_are_numbered_without_a_gap(app: Flask) -> None:
    numbers = sorted(path.name[:4] for path in (Path(bundled("migrations")) / "versions").glob("[0-9]*.py"))

    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
