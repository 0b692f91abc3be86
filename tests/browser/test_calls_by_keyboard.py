"""A call recorded by keyboard alone: from the list to the form, an answer typed, and the next call is there."""

import datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilitator.followups import FollowUp
from tests.browser.visitors import Visitor

pytestmark = pytest.mark.browser
FOCUSED = """() => {
  const here = document.activeElement;
  return !here.matches("a, button, input, select") ? "" : `${here.name || ""}|${here.textContent}`;
}"""
KEYS = 150  # more Tab than any page needs


def tab_to(page: Page, words: str) -> None:
    """Tab until the keyboard stands on the field, link or button of these words."""
    for _ in range(KEYS):
        if words in page.evaluate(FOCUSED):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {words}")


def test_a_call_takes_the_keyboard_alone_and_leads_to_the_next(facilitator: Visitor, aside: Session) -> None:
    page = facilitator.go("/suivis")
    facilitator.see("suivis-liste")
    facilitator.on_small_screens("suivis-liste")
    tab_to(page, "Renseigner le suivi de")
    page.keyboard.press("Enter")
    expect(page.locator("select[name=outcome]")).to_be_focused()
    facilitator.see("suivis-appel")
    facilitator.on_small_screens("suivis-appel")
    called = page.url
    tab_to(page, "situation|")
    page.keyboard.type("CDI")
    tab_to(page, "answered_by|")
    page.keyboard.type("La personne")
    tab_to(page, "weekly_hours|")
    page.keyboard.type("35")
    page.keyboard.press("Enter")
    facilitator.told("Réponse enregistrée")
    facilitator.see("suivis-suivant")
    assert page.url != called and page.url.count("/") == called.count("/")
    person, exit_on, months = called.split("/")[-3:]
    told = select(FollowUp).where(FollowUp.person_id == int(person), FollowUp.milestone == int(months))
    [row] = aside.scalars(told.where(FollowUp.exit_on == datetime.date.fromisoformat(exit_on))).all()
    assert (row.outcome, row.situation, row.answered_by) == ("answered", "cdi", "person")
    facilitator.go(called.removeprefix(facilitator.address))
    facilitator.see("suivis-fait")
