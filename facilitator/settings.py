"""Settings: a frozen record read from the environment, which refuses to be unsafe in production."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from facilitator.refusals import Refused

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent
SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 10  # «aaaaaaaa…» is long and guessed at once
POSTGRESQL = "postgresql+psycopg://"


class UnsafeSettings(Refused):
    """The settings are wrong, or not safe enough for production."""


class Environment(StrEnum):
    """Where the application runs."""

    development = "development"
    production = "production"


@dataclass(frozen=True)
class PasswordCost:
    """What one argon2id hash costs."""

    time: int = 3
    memory_kib: int = 65536
    parallelism: int = 4


@dataclass(frozen=True)
class Settings:
    """Everything that changes from one installation to the next."""

    instance: Path
    database_url: str
    secret_key: str = field(repr=False)
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "Facilitator <ne-pas-repondre@localhost>"
    environment: Environment = Environment.development
    debug: bool = False
    trusted_proxies: int = 0
    password_cost: PasswordCost = PasswordCost()

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.production

    @property
    def over_https(self) -> bool:
        return self.base_url.startswith("https://")

    def refuse_unsafe(self) -> None:
        """Refuse a production whose key is weak, whose pages are readable on the way, or in debug."""
        faults = list(self._faults()) if self.in_production else []
        if faults:
            raise UnsafeSettings(
                "Facilitator refuse de démarrer en production\u00a0:\n- " + "\n- ".join(faults)
            )

    def _faults(self) -> list[str]:
        weak = len(self.secret_key) < SHORTEST_SECRET or len(set(self.secret_key)) < FEWEST_CHARACTERS
        checks = [
            (
                weak,
                "SECRET_KEY est absente ou trop faible\u00a0: donnez-lui au moins 32 caractères tirés au "
                "hasard, par exemple avec «\u00a0python3 -c 'import secrets; print(secrets.token_hex(32))'\u00a0».",
            ),
            (
                not self.over_https,
                f"BASE_URL vaut «\u00a0{self.base_url}\u00a0»\u00a0: l’adresse publique doit commencer par https://.",
            ),
            (self.debug, "FLASK_DEBUG est actif\u00a0: retirez cette variable."),
        ]
        return [sentence for wrong, sentence in checks if wrong]


def bundled(name: str) -> Path:
    """The folder `templates` or `migrations`: inside the package once installed, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else CHECKOUT / name


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; refuses a value that cannot be understood and an unsafe production."""
    environment = _environment(environ.get("FACILITATOR_ENV") or Environment.development)
    instance = Path(environ.get("FACILITATOR_INSTANCE") or _default_instance()).absolute()
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds personal data
    secret_key = environ.get("SECRET_KEY", "")
    if not secret_key and environment is Environment.development:
        secret_key = _kept_secret(instance / "secret_key")
    port = _number(environ, "PORT", 8000)
    cost = PasswordCost()
    settings = Settings(
        instance=instance,
        database_url=_database_url(environ.get("DATABASE_URL", ""), instance),
        secret_key=secret_key,
        base_url=(environ.get("BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        smtp_url=environ.get("SMTP_URL") or None,
        mail_from=environ.get("MAIL_FROM") or Settings.mail_from,
        environment=environment,
        debug=environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"),
        trusted_proxies=_number(environ, "TRUSTED_PROXIES", 0),
        password_cost=PasswordCost(
            time=_number(environ, "ARGON2_TIME_COST", cost.time),
            memory_kib=_number(environ, "ARGON2_MEMORY_KIB", cost.memory_kib),
            parallelism=_number(environ, "ARGON2_PARALLELISM", cost.parallelism),
        ),
    )
    settings.refuse_unsafe()
    return settings


def _environment(value: str) -> Environment:
    try:
        return Environment(value)
    except ValueError:
        raise UnsafeSettings(
            f"FACILITATOR_ENV vaut «\u00a0{value}\u00a0»\u00a0: écrivez «\u00a0development\u00a0» ou «\u00a0production\u00a0»."
        ) from None


def _default_instance() -> Path:
    home = CHECKOUT if (CHECKOUT / "setup.cfg").is_file() else Path.cwd()
    return home / "instance"


def _database_url(url: str, instance: Path) -> str:
    if not url:
        return f"sqlite:///{instance / 'facilitator.sqlite'}"
    for shorter in ("postgres://", "postgresql://"):
        if url.startswith(shorter):
            return POSTGRESQL + url.removeprefix(shorter)
    if not url.startswith(("sqlite:///", POSTGRESQL)):
        raise UnsafeSettings(
            "DATABASE_URL n’est pas comprise\u00a0: elle commence par «\u00a0sqlite:///\u00a0» "
            f"ou par «\u00a0{POSTGRESQL}\u00a0»."
        )
    return url


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        raise UnsafeSettings(f"{name} vaut «\u00a0{text}\u00a0»\u00a0: un nombre entier est attendu.")
    return int(text)


def _kept_secret(path: Path) -> str:
    """The newcomer's key: drawn once, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_hex(32)
        file.write(secret + "\n")
    return secret
