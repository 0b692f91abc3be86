"""Pages that everybody reads: the entrance, accessibility, legal notice."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitator import access
from facilitator.web import navigation

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """One’s own first page, or what this site is."""
    member = access.visitor()
    if member is not None:
        return redirect(url_for(navigation.home_of(member.role)))
    return render_template("public/home.html")


@blueprint.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    """What was tested, and what was not."""
    return render_template("public/accessibility.html")


@blueprint.get("/mentions")
def legal() -> ResponseReturnValue:
    """Who answers for the site and for its data."""
    return render_template("public/legal.html")
