"""The book as a reader meets it, in headless Chromium."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pytest

BOOK = Path(__file__).parents[2] / "book"
sys.path.append(str(BOOK / "_ext"))

from course_book import playground  # noqa: E402

PAGES = [*sorted(page.stem for page in BOOK.glob("*.md")), "search", "genindex"]
# off unless asked for, and what the theme fails
EXTRA_RULES = {name: {"enabled": True} for name in ("label-content-name-mismatch", "target-size")}
# what depends on the width
NARROW_RULES = ["target-size", "scrollable-region-focusable", "region"]
# what depends on the colors, and takes longer than all the rest
COLOR_RULES = ["color-contrast", "link-in-text-block"]
# keeps one element of each kind: with the same tags and classes around it, the same style and the same colors
THIN = """() => {
    const seen = new Set();
    const thin = (element, path) => {
        const style = getComputedStyle(element), row = element.tagName === "TR" ? element.rowIndex % 2 : "";
        path += `>${element.tagName}.${element.className} ${row} ${element.style.cssText} ${style.color} ${style.backgroundColor} ${style.fontSize}`;
        [...element.children].forEach(child => thin(child, path));
        if (!element.children.length && seen.has(path) && element.tagName !== "TR") element.remove();
        seen.add(path);
    };
    thin(document.body, "");
}"""


@cache
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf8")


@contextmanager
def opened(browser, address: Path | str, *, width: int = 1400, scheme: str = "light", script: bool = True) -> Iterator:
    """A page, what it complained of in `page.complaints`, and what it asked other hosts for in `page.elsewhere`."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.complaints, page.elsewhere = [], []
    page.on("request", lambda r: page.elsewhere.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.goto(address if isinstance(address, str) else address.as_uri())
    try:
        yield page
    finally:
        context.close()


def settle(page) -> None:
    """Wait until a change of size or of colors is drawn and done with, but no longer than a second."""
    page.evaluate("""() => {
        const frame = () => new Promise(requestAnimationFrame);
        const finished = () => document.getAnimations().filter(a => a instanceof CSSTransition).map(a => a.finished.catch(() => 0));
        const settled = frame().then(frame).then(() => Promise.all(finished()));
        return Promise.race([settled.then(() => 0), new Promise(resolve => setTimeout(resolve, 1000))]);
    }""")


def violations(page, only: list[str] | None = None) -> list[str]:
    """What axe finds on a page as it is now, colors left out; with `only`, by these rules alone."""
    # without preload: axe would read the style sheets again, which a page opened as a file may not
    options = {"preload": False, "resultTypes": ["violations"]}
    options |= (
        {"runOnly": {"type": "rule", "values": only}}
        if only
        else {"rules": EXTRA_RULES | {name: {"enabled": False} for name in COLOR_RULES}}
    )
    result = page.evaluate("options => axe.run(options)", options)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in result["violations"]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody_and_asks_no_other_host_for_anything(browser, site: Path, name: str) -> None:
    # one visit for all, because to load a page and to look at all of it is what takes long
    with opened(browser, site / f"{name}.html") as page:
        # what is loaded only when it comes into sight
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(200)
        assert page.elsewhere == [] and page.complaints == []
        page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
        page.set_viewport_size({"width": 390, "height": 900})
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, "a phone must scroll sideways"
        page.evaluate(axe())
        # what KaTeX hides from everybody but the eye is most of a page, and its colors are the text's
        page.evaluate("document.querySelectorAll('.katex-html').forEach(e => e.remove())")
        assert violations(page, NARROW_RULES) == []
        page.set_viewport_size({"width": 1400, "height": 900})
        settle(page)
        assert violations(page) == []
        page.evaluate(THIN)
        assert violations(page, COLOR_RULES) == []
        page.set_viewport_size({"width": 390, "height": 900})
        settle(page)
        assert violations(page, COLOR_RULES) == []
        page.set_viewport_size({"width": 1400, "height": 900})
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        settle(page)
        assert violations(page, COLOR_RULES) == []


def test_a_color_that_is_hard_to_see_is_found_on_a_thinned_page(browser, site: Path) -> None:
    with opened(browser, site / "gradient-descent.html") as page:
        page.evaluate(axe())
        # the last of many paragraphs, all of one kind but for its color
        page.evaluate("[...document.querySelectorAll('article section > p')].at(-1).style.color = '#bbb'")
        page.evaluate("document.querySelectorAll('.katex-html').forEach(e => e.remove())")
        before = page.evaluate("document.querySelectorAll('article *').length")
        page.evaluate(THIN)
        assert page.evaluate("document.querySelectorAll('article *').length") < before / 3
        assert [found.partition(":")[0] for found in violations(page, ["color-contrast"])] == ["color-contrast"]


@pytest.mark.parametrize(("scheme", "shown"), [("light", "only-light"), ("dark", "only-dark")])
def test_pictures_suit_the_page(browser, site: Path, scheme: str, shown: str) -> None:
    with opened(browser, site / "gradient-descent.html", scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('.pictures img').forEach(i => (i.loading = 'eager'))")
        page.wait_for_load_state("networkidle")
        visible = page.evaluate(
            "[...document.querySelectorAll('.pictures img')].filter(i => i.offsetParent)"
            ".map(i => [i.className, i.naturalWidth, getComputedStyle(i.closest('.output')).backgroundColor])"
        )
    assert len(visible) > 15
    for name, width, background in visible:
        assert name == shown
        assert width > 0
        assert background == "rgba(0, 0, 0, 0)"


def test_a_question_is_answered_by_keyboard_and_explains_every_choice(browser, site: Path) -> None:
    with opened(browser, site / "gradient-descent.html") as page:
        question = page.locator(".question").first
        radios = question.get_by_role("radio")
        explanation = question.get_by_role("status")
        assert question.get_by_role("group").count() == 1
        assert radios.count() == 3 and explanation.inner_text() == ""
        radios.first.focus()
        page.keyboard.press("Space")
        assert explanation.inner_text().startswith("Not quite.")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert radios.nth(2).is_checked()
        assert explanation.inner_text().startswith("Right.")
        assert page.complaints == []


def test_every_question_has_a_right_answer(browser, site: Path) -> None:
    with opened(browser, site / "gradient-descent.html") as page:
        questions = page.locator(".question").all()
        assert len(questions) >= 5
        for question in questions:
            verdicts = []
            for radio in question.get_by_role("radio").all():
                radio.check()
                verdicts.append(question.get_by_role("status").inner_text().startswith("Right."))
            assert any(verdicts) and not all(verdicts)


def test_without_script_questions_are_lists_with_their_explanations(browser, site: Path) -> None:
    with opened(browser, site / "gradient-descent.html", script=False) as page:
        question = page.locator(".question").first
        assert question.get_by_role("radio").count() == 0
        assert "Right." in question.inner_text() and "Not quite." in question.inner_text()
        # and the interactive figure leaves no hole: the still one is beside it
        assert page.locator("#learning-rate").bounding_box()["height"] < 5
        assert [image.is_visible() for image in page.locator("#fig-four img.only-light").all()] == [True] * 4
        assert not any(image.is_visible() for image in page.locator("#fig-four img.only-dark").all())


def test_the_learning_rate_figure_is_used_by_keyboard(browser, site: Path) -> None:
    with opened(browser, site / "gradient-descent.html") as page:
        figure = page.locator("#learning-rate")
        said, slider = figure.get_by_role("status"), figure.get_by_role("slider", name="learning rate")
        assert "converges" in said.inner_text()
        slider.focus()
        page.keyboard.press("End")
        assert "diverges" in said.inner_text()
        page.keyboard.press("Home")
        assert "crawls" in said.inner_text()
        page.keyboard.press("ArrowRight")
        assert "0.03/L" in said.inner_text()
        figure.get_by_role("button", name="oscillate").click()
        assert "oscillates" in said.inner_text()
        drawn = figure.get_by_role("img")
        assert "oscillates" in drawn.get_attribute("aria-label")
        points = page.evaluate("[...document.querySelectorAll('#learning-rate circle')].map(c => +c.getAttribute('cx'))")
        middle = page.evaluate("document.querySelector('#learning-rate svg').viewBox.baseVal.width / 2")
        assert len(points) == 13
        sides = [x > middle + 18 for x in points[:6]]
        assert sides in ([False, True] * 3, [True, False] * 3)
        assert page.complaints == []


def test_the_playground_is_used_by_keyboard(browser, site: Path) -> None:
    with opened(browser, site / "playground.html") as page:
        figure = page.locator("#playground")
        said, land = figure.get_by_role("status"), figure.locator(".landscape")
        first = said.inner_text()
        assert "SGD: 100 updates lead from (2, 1.73)" in first and "SGD with momentum: 100 updates" in first
        # the start: two steps of the cross to the left, and Enter
        land.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        assert "cross at (1.7, 1.73)" in figure.locator(".cross").inner_text()
        assert said.inner_text() == first
        page.keyboard.press("Enter")
        assert "lead from (1.7, 1.73)" in said.inner_text()
        assert "lead from (1.7, 1.73)" in figure.locator(".losses").get_attribute("aria-label")
        # the first optimizer, its rate, and the problem
        panel = figure.get_by_role("group", name="First optimizer")
        panel.get_by_label("learning rate").focus()
        page.keyboard.press("End")
        assert "SGD: it diverges." in said.inner_text()
        panel.get_by_label("optimizer").select_option("Adam")
        assert "Adam: 100 updates lead" in said.inner_text()
        assert panel.get_by_role("slider").count() == 3
        panel.get_by_label("schedule").select_option("CosineAnnealingLR")
        figure.get_by_label("updates", exact=True).select_option("50")
        assert "Adam: 50 updates" in said.inner_text()
        figure.get_by_label("problem", exact=True).select_option("DoubleWell")
        assert "Adam: 50 updates lead from 1.5 to" in said.inner_text()
        assert page.complaints == []


def test_a_click_into_the_playgrounds_landscape_chooses_the_start(browser, site: Path) -> None:
    with opened(browser, site / "playground.html") as page:
        figure = page.locator("#playground")
        for problem in playground.PROBLEMS:
            figure.get_by_label("problem", exact=True).select_option(problem)
            land = figure.locator(".landscape")
            before = figure.get_by_role("status").inner_text()
            land.scroll_into_view_if_needed()
            area = land.bounding_box()
            land.click(position={"x": area["width"] * 0.4, "y": area["height"] * 0.4})
            assert figure.get_by_role("status").inner_text() != before, problem
            figure.get_by_role("button", name="first start").click()
            assert figure.get_by_role("status").inner_text() == before
        assert page.complaints == []


def test_the_playgrounds_path_in_the_browser_is_course_libs(browser, site: Path) -> None:
    with opened(browser, site / "playground.html") as page:
        for optimizer in playground.OPTIMIZERS:
            shown = page.evaluate(
                """name => {
                    const offer = JSON.parse(document.querySelector('#playground').dataset.settings);
                    const { problems: { Rosenbrock: problem }, optimizers } = offer, { rule, options } = optimizers[name];
                    const given = { rule, options: { ...options, lr: problem.rates[name] } };
                    return JSON.stringify(descend(problem, given, { name: 'constant', options: {} }, problem.start, 30));
                }""",
                optimizer,
            )
            expected = playground.attempt("Rosenbrock", optimizer, playground.best_rate("Rosenbrock", optimizer), updates=30)
            np.testing.assert_allclose(json.loads(shown)["path"], expected.params, rtol=1e-9)


def test_without_script_the_playground_leaves_a_still_picture(browser, site: Path) -> None:
    with opened(browser, site / "playground.html", script=False) as page:
        assert page.locator("#playground").bounding_box()["height"] < 5
        assert page.locator("#fig-playground img.only-light").is_visible()


def test_the_momentum_figure_is_used_by_keyboard_and_by_pointer(browser, site: Path) -> None:
    with opened(browser, site / "momentum.html") as page:
        figure = page.locator("#momentum-plane")
        said = figure.get_by_role("status")
        rate, momentum = figure.get_by_role("slider", name="learning rate"), figure.get_by_role("slider", name="momentum")
        assert "swings" in said.inner_text()
        momentum.focus()
        page.keyboard.press("Home")
        rate.focus()
        page.keyboard.press("End")
        assert "diverges" in said.inner_text()
        page.keyboard.press("Home")
        assert "crawls" in said.inner_text()
        figure.get_by_role("button", name="best pair").click()
        assert "multiplies the error by 0.636" in said.inner_text()
        figure.get_by_role("checkbox", name="Nesterov").check()
        assert "diverges" in said.inner_text()
        valley, plane = figure.get_by_role("img").all()
        assert "diverges" in valley.get_attribute("aria-label")
        assert "rates above" in plane.get_attribute("aria-label")
        box = plane.bounding_box()
        page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
        assert "converges" in said.inner_text()
        assert 0.3 < float(momentum.input_value()) < 0.7 and 0.3 < float(rate.input_value()) < 1.3
        assert page.complaints == []


def test_search_finds_a_chapter_offline(browser, site: Path) -> None:
    with opened(browser, (site / "search.html").as_uri() + "?q=saddle") as page:
        page.wait_for_selector("#search-results li a")
        assert any("gradient-descent.html" in link.get_attribute("href") for link in page.locator("#search-results a").all())
