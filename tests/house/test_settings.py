"""Settings: read from the environment, kept between two starts, refused when unsafe."""

import stat
from pathlib import Path

import pytest

from facilitator import refuse_demo_accounts
from facilitator.settings import UnsafeSettings, from_environment
from tests.conftest import settings_for

STRONG = "0f8b2c6d1e9a473586c7d4e2b1a09f3c"


def production(folder: Path, **others: str) -> dict[str, str]:
    return {
        "FACILITATOR_ENV": "production",
        "FACILITATOR_INSTANCE": str(folder),
        "SECRET_KEY": STRONG,
        "BASE_URL": "https://clause.example.org",
        **others,
    }


def test_the_newcomers_key_is_drawn_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    environ = {"FACILITATOR_INSTANCE": str(tmp_path)}
    first, second = from_environment(environ), from_environment(environ)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert first.database_url == f"sqlite:///{tmp_path}/facilitator.sqlite"


def test_a_safe_production_starts(tmp_path: Path) -> None:
    assert from_environment(production(tmp_path)).in_production


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY est absente ou trop faible"),
        ({"SECRET_KEY": "changez-moi"}, "SECRET_KEY est absente ou trop faible"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY est absente ou trop faible"),
        ({"BASE_URL": "http://clause.example.org"}, "doit commencer par https://"),
        ({"BASE_URL": ""}, "doit commencer par https://"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG est actif"),
    ],
)
def test_an_unsafe_production_refuses_in_french(tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    with pytest.raises(UnsafeSettings, match=said):
        from_environment(production(tmp_path, **wrong))
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://base"),
        ("FACILITATOR_ENV", "prod"),
        ("PORT", "huit mille"),
        ("TRUSTED_PROXIES", "-1"),
        ("ARGON2_TIME_COST", "²"),
    ],
)
def test_a_value_that_is_not_understood_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UnsafeSettings, match=name):
        from_environment({"FACILITATOR_INSTANCE": str(tmp_path), name: value})


def test_an_address_of_postgresql_gets_the_driver_that_is_installed(tmp_path: Path) -> None:
    environ = {"FACILITATOR_INSTANCE": str(tmp_path), "DATABASE_URL": "postgres://u:p@h/base"}
    assert from_environment(environ).database_url == "postgresql+psycopg://u:p@h/base"


def test_the_key_and_the_mail_password_are_never_printed(tmp_path: Path) -> None:
    settings = settings_for("sqlite://", tmp_path, smtp_url="smtp://a:motdepasse@h")
    assert "motdepasse" not in repr(settings)
    assert settings.secret_key not in repr(settings)


def test_production_refuses_a_database_that_holds_demo_accounts(app, session) -> None:  # type: ignore[no-untyped-def]
    from facilitator.accounts import User
    from facilitator.journal import now

    refuse_demo_accounts(app)
    session.add(User(email="demo@exemple.test", name="Compte de démonstration", demo=True, created_at=now()))
    session.commit()
    with pytest.raises(UnsafeSettings, match="comptes de démonstration"):
        refuse_demo_accounts(app)
