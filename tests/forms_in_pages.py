"""Submits the form that is found in the page: what a browser would send, hidden fields and token included."""

from collections.abc import Mapping, Sequence
from typing import Any

import html5lib
import lxml.html
from flask.testing import FlaskClient
from lxml.html import FormElement, HtmlElement
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.watch import RequestWatch

Values = Mapping[str, Any]


def page_of(response: TestResponse) -> HtmlElement:
    """The answer as a tree to search (`.cssselect` is not needed: use XPath)."""
    return lxml.html.document_fromstring(response.get_data(as_text=True), base_url=response.request.path)


def text_of(response: TestResponse) -> str:
    """What a reader sees in the main part of the page, spaces folded."""
    page = page_of(response)
    main = page.xpath("//main") or [page]
    return " ".join(main[0].text_content().split())


def form_in(response: TestResponse, fields: Sequence[str] = (), form: str | None = None) -> FormElement:
    """The one form of the page with this id or action, or the one that has all these fields."""
    found = [
        each
        for each in page_of(response).forms
        if (form is None or form in (each.get("id"), each.get("action")))
        and set(fields) <= {name for name in each.fields if name}
    ]
    assert len(found) == 1, (
        f"{len(found)} forms with {list(fields)} (form={form!r}) in {response.request.path}, "
        f"status {response.status_code}: {text_of(response)[:300]}"
    )
    return found[0]


class Browser(FlaskClient):
    """Flask's client, stricter: answers are parsed, requests watched, forms taken from pages."""

    session: Session | None = None
    watch: RequestWatch | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Commit what the test prepared, send the request, and check how it ended."""
        if self.session is not None:
            self.session.commit()
        response = super().open(*args, **kwargs)
        if self.watch is not None:
            self.watch.complain()
        if response.mimetype == "text/html" and response.data:
            html5lib.HTMLParser(strict=True).parse(response.get_data(as_text=True))
        return response

    def submit(
        self,
        page: TestResponse,
        values: Values | None = None,
        *,
        form: str | None = None,
        button: tuple[str, str] | None = None,
        to: str | None = None,
        follow_redirects: bool = False,
    ) -> TestResponse:
        """Fill the form found in `page` and send it as a browser does.

        A list or set of strings fills checkboxes or a multiple choice; a pair (stream, name) a file field;
        `button` is the (name, value) of the pressed button when it has one; `to` begins the address to which
        a button of the form sends it instead (its `formaction`).
        """
        values = values or {}
        found = form_in(page, list(values), form)
        files = {name: value for name, value in values.items() if isinstance(value, tuple)}
        for name, value in values.items():
            if name not in files:
                _fill(found, name, value)
        data: dict[str, Any] = {}
        for name, value in found.form_values():
            data.setdefault(name, []).append(value)
        data.update(files)
        if button:
            _check_button(found, button)
            data[button[0]] = button[1]
        target = _target(found, to) or page.request.full_path.rstrip("?")
        if found.method.upper() == "GET":
            return self.get(target, query_string=data, follow_redirects=follow_redirects)
        return self.post(target, data=data, follow_redirects=follow_redirects)


def _fill(form: FormElement, name: str, value: Any) -> None:
    field = form.inputs[name]
    if isinstance(value, bool):
        field.checked = value
    elif isinstance(value, (list, set, frozenset)):
        field.value = set(value)
    else:
        form.fields[name] = str(value)


def _target(form: FormElement, to: str | None) -> str | None:
    """Where the form goes: its own action, or that of the one button that sends it elsewhere."""
    if to is None:
        return form.get("action")
    elsewhere = [each for each in form.xpath(".//button/@formaction") if each.startswith(to)]
    assert len(elsewhere) == 1, f"{len(elsewhere)} buttons send the form to {to}"
    return str(elsewhere[0])


def _check_button(form: FormElement, button: tuple[str, str]) -> None:
    pressed = form.xpath(".//button[@name=$name and @value=$value]", name=button[0], value=button[1])
    assert pressed, f"no button {button} in the form"
