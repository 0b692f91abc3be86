"""The pages, one module per audience, and what guards them all."""

from flask import Flask

from facilitator.web import health

BLUEPRINTS = (health.blueprint,)


def init_app(app: Flask) -> None:
    """Hang the pages on the application."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
