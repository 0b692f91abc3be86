"""What a view answers: a page whose status says whether its form was refused."""

from typing import Any

from flask import render_template

from facilitator.forms.base import TradeForm


def page(template: str, form: TradeForm | None = None, **context: Any) -> tuple[str, int]:
    """Render a page: 422 when its form was refused (what was typed is kept), else 200."""
    if form is not None:
        context["form"] = form
    return render_template(template, **context), 422 if form is not None and form.errors else 200
