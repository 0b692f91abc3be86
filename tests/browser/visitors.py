"""Visitors of the demonstration: windows of a real Chromium, driven by the words that a reader sees."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from facilitator.demo import story
from facilitator.vocabulary import MembershipRole

ACCOUNTS = {
    role: (email, story.PASSWORD.format(number=number)) for number, (role, email) in enumerate(story.ROLES, 1)
}


STICKING_OUT = """() => {
  const window_ = document.documentElement.clientWidth, wide = document.documentElement.scrollWidth;
  if (wide <= window_) return null;
  const out = [...document.querySelectorAll("main *")].filter(
    (each) => each.getBoundingClientRect().right > window_ && !each.closest("thead, .table-box:not(:has(.cards))"));
  const last = out[out.length - 1];
  return `${wide} px wide in a window of ${window_} px: ${last ? last.outerHTML.slice(0, 160) : "outside main"}`;
}"""


def sticking_out(page: Page) -> str | None:
    """What makes a page wider than its window, if it is."""
    said: str | None = page.evaluate(STICKING_OUT)
    return said


@dataclass
class Visitor:
    """Somebody in front of a browser window, who complains about what the console says."""

    page: Page
    address: str
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> Page:
        """Open a page that must answer 200."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None and answer.status == 200, (path, answer and answer.status)
        return self.page

    def sign_in(self, email: str, password: str) -> None:
        """By the form, as anybody does."""
        self.go("/connexion")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", password)
        self.press("Se connecter")
        expect(self.page.locator("summary", has_text="Mon compte")).to_be_visible()

    def sign_out(self) -> None:
        self.page.locator("summary", has_text="Mon compte").click()
        self.press("Se déconnecter")

    def press(self, words: str) -> None:
        """The one button of these words."""
        self.page.get_by_role("button", name=words, exact=True).first.click()

    def follow(self, words: str) -> None:
        """The first link of these words."""
        self.page.locator("main").get_by_role("link", name=words, exact=True).first.click()

    def fill(self, **values: str) -> None:
        """Type into the fields of the form, or choose in its lists."""
        for name, value in values.items():
            entry = self.page.locator(f"main [name={name}]:not([type=hidden])").first
            if entry.evaluate("each => each.tagName") == "SELECT":
                entry.select_option(value)
            else:
                entry.fill(value)

    def told(self, words: str) -> None:
        """The page says so, whatever its spaces."""
        expect(self.page.locator("main")).to_contain_text(words)

    def see(self, name: str) -> None:
        """Leave a picture of the whole page; nothing may stick out of the window."""
        self.fits()
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)

    def fits(self) -> None:
        """No page is wider than its window."""
        self.page.wait_for_load_state()
        assert (out := sticking_out(self.page)) is None, f"{self.page.url}: {out}"

    def on_small_screens(self, name: str = "") -> None:
        """The same page at 320 and 390 px, with a picture of the second; then back to the desk."""
        before = self.page.viewport_size
        for width in (320, 390):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.fits()
        if name:
            self.see(f"390-{name}")
        if before:
            self.page.set_viewport_size(before)


@dataclass
class Site:
    """The demonstration, served; windows are opened on it."""

    address: str
    browser: Browser
    shots: Path
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, width: int = 1280, height: int = 900, **context: Any) -> Visitor:
        """A window of its own, without a session."""
        opened = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="fr-FR", **context
        )
        opened.set_default_timeout(8_000)
        visitor = Visitor(opened.new_page(), self.address, self.shots)
        visitor.listen()
        self.visitors.append(visitor)
        return visitor

    def enter(self, role: MembershipRole, **window: Any) -> Visitor:
        """A window in which the demonstration's account of this role is signed in."""
        visitor = self.visitor(**window)
        visitor.sign_in(*ACCOUNTS[role])
        return visitor
