"""The HTML page in a real browser: it works, fits, is readable by all, and asks nobody."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.report.samples import everything, plan_as

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SIZES = {"desktop": (1280, 900), "phone": (360, 740)}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Seen:
    """A page, and what it said and asked for."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.console: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(file.as_uri())


@pytest.fixture(params=SIZES)
def seen(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Seen]:
    width, height = SIZES[request.param]
    file = tmp_path / "plan.html"
    file.write_text(plan_as("html", everything()), "utf-8")
    context = browser.new_context(viewport={"width": width, "height": height})
    yield Seen(context.new_page(), file)
    context.close()


def addresses(page: Page) -> list[str]:
    shown = page.locator("article:visible summary code:first-of-type")
    return [text.removeprefix("PhoneNumber/") for text in shown.all_inner_texts() if "/" in text]


def test_search_and_filter_work_and_nothing_is_asked_of_anybody(seen: Seen) -> None:
    page = seen.page
    assert page.locator("#found").inner_text() == "6 of 6 shown"
    page.get_by_label("Search").fill("fax")
    assert addresses(page) == ["fax"]
    assert page.locator("#found").inner_text() == "1 of 6 shown"
    page.get_by_label("Search").fill("")
    page.get_by_label("change", exact=True).uncheck()
    assert addresses(page) == ["support-us", "lobby", "fax", "gone"]
    assert seen.console == []
    assert [each for each in seen.requests if not each.startswith(("file:", "data:"))] == []


def test_it_is_usable_by_keyboard_alone(seen: Seen) -> None:
    page = seen.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("sales")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    assert page.get_by_text("https://hooks.example.com").is_visible()


def test_nothing_overflows(seen: Seen) -> None:
    seen.page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    width, inner = seen.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= inner


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(seen: Seen, scheme: Any) -> None:
    seen.page.emulate_media(color_scheme=scheme)
    seen.page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    found = Axe().run(seen.page)
    assert found.violations_count == 0, found.generate_report()
