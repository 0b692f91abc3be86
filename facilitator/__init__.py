"""Facilitator, the single window of the French social clause: `create_app` is the list of its set-up verbs."""

__version__ = "0.1.0"

from flask import Flask
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from sqlalchemy import inspect, select
from werkzeug.middleware.proxy_fix import ProxyFix

from facilitator import settings as settings_module
from facilitator.settings import Settings, UnsafeSettings, bundled

# One request may carry several files; each file has its own limit of 10 MiB.
LARGEST_REQUEST = 32 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The application, set up in order; refuses to start unsafe in production."""
    settings = settings or settings_module.from_environment()
    settings.refuse_unsafe()
    app = Flask(__name__, template_folder=str(bundled("templates")), static_folder="static")
    configure(app, settings)
    set_up_templates(app)
    set_up_database(app)
    set_up_web(app)
    if settings.in_production:
        refuse_demo_accounts(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Flask's own settings, from ours (which stay readable as `app.config["SETTINGS"]`)."""
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SESSION_COOKIE_NAME="__Host-facilitator" if settings.over_https else "facilitator",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.over_https,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def set_up_templates(app: Flask) -> None:
    """A misspelt variable fails, in production as in tests; blocks leave no blank lines."""
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def set_up_database(app: Flask) -> None:
    """Engine, models and migrations."""
    from facilitator import attestation_watch, db, journal_chain, stored_paths, verdicts
    from facilitator import tables as tables  # loaded for the metadata

    db.init_app(app)
    stored_paths.listen()
    verdicts.listen()
    attestation_watch.listen()
    journal_chain.listen()  # the last hook: it seals the lines that the others write
    Migrate(app, db.db, directory=str(bundled("migrations")), render_as_batch=True)


def set_up_web(app: Flask) -> None:
    """Pages and everything that guards them."""
    from facilitator import web

    web.init_app(app)


def refuse_demo_accounts(app: Flask) -> None:
    """Demonstration accounts have published passwords: they never open a production."""
    from facilitator.accounts import User
    from facilitator.db import db

    with app.app_context():
        if not inspect(db.engine).has_table(User.__tablename__):
            return
        if db.session.scalar(select(User.id).where(User.demo).limit(1)) is not None:
            raise UnsafeSettings(
                "Facilitator refuse de démarrer en production\u00a0: la base contient des comptes de "
                "démonstration. Utilisez une base neuve (DATABASE_URL)."
            )
