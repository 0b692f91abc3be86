"""The browser of the tests reaches the application as a user's would."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_chromium_reads_the_state_of_the_service(page: Page, live_server: str) -> None:
    answer = page.goto(f"{live_server}/sante")
    assert answer is not None
    assert answer.json()["etat"] == "ok"
