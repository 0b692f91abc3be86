"""Two editors of one thing: the second reads both versions, keeps what was typed, and decides."""

from typing import Any

from flask import render_template

from facilitator.forms.base import EditForm

HIDDEN = {"csrf_token", "submission", "version"}


def page(form: EditForm, thing: Any, current: EditForm, *, submit: str, cancel_url: str) -> tuple[str, int]:
    """The 409 page: `current` is the same form filled from the thing as it stands now."""
    differences = [
        (typed.label.text, said(typed), said(current[typed.name]))
        for typed in form
        if typed.short_name not in HIDDEN and said(typed) != said(current[typed.name])
    ]
    form.version.data = str(thing.version)
    return (
        render_template(
            "conflict.html",
            form=form,
            hidden=HIDDEN,
            differences=differences,
            submit=submit,
            cancel_url=cancel_url,
        ),
        409,
    )


def said(field: Any) -> str:
    """What a reader sees of a field."""
    if hasattr(field, "iter_choices"):
        chosen = [label for _, label, selected, *_ in field.iter_choices() if selected]
        return ", ".join(str(label) for label in chosen)
    if isinstance(field.data, bool):
        return "oui" if field.data else "non"
    return str(field._value())
