"""What no template may say, and what the colours of the style must bear: read from the files themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from moderator.web.own_forms import WITHOUT_SESSION
from moderator.web.pages import TEMPLATES, environment

WEB = TEMPLATES.parent
PAGES = sorted(TEMPLATES.rglob("*.html"))
FORBIDDEN = {
    r"\|\s*safe\b": "text that is marked as markup",
    r"\bMarkup\b": "text that is marked as markup",
    r"autoescape\s+(false|off)": "escaping switched off",
    r"\sstyle\s*=": "a style beside the style sheet, which the browser refuses",
    r"<style\b(?!>{% include \"style.css\" %}</style>)": "a style beside the style sheet, which the browser refuses",
    r"\son[a-z]+\s*=": "a script in an attribute, which the browser refuses",
    r"hx-on": "a script in an attribute, which the browser refuses",
    r"""["']js:""": "a script in an attribute, which the browser refuses",
    r"javascript:": "a script in an address",
    r"<script\b(?![^>]*\bsrc=)": "a script in the page, which the browser refuses",
    r"<script\b(?![^>]*\bnonce=)": "a script without the page's nonce, which the browser refuses",
    r"(?<!;)\s[\w:-]+=\s*{{": "an attribute without quotes",
    r"\b(src|href)=\"https?:": "something from another site",
    r"<(img|video|audio|iframe|object|embed)\b[^>]*\bsrc=\"(?!/|{{)": "something from another site",
    r"<form\b(?![^>]*\bmethod=)": "a form that does not say how it is sent",
}


def told(path: Path) -> str:
    return str(path.relative_to(WEB))


@pytest.mark.parametrize("path", PAGES, ids=told)
def test_no_template_makes_markup_or_script_of_text(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [f"{what}: {match[0]!r}" for rule, what in FORBIDDEN.items() for match in re.finditer(rule, text)]

    assert found == []


@pytest.mark.parametrize(
    "wrong",
    [
        "{{ words|safe }}",
        "{% autoescape false %}",
        '<p style="color: red">',
        "<button onclick='go()'>",
        "<script>go()</script>",
        '<script src="/x.js"></script>',
        "<a href={{ link }}>",
        '<img src="https://elsewhere.example/x.png">',
        '<a href="javascript:go()">',
        '<form action="/x">',
    ],
)
def test_the_rules_above_can_be_broken(wrong: str) -> None:
    assert any(re.search(rule, wrong) for rule in FORBIDDEN)


@pytest.mark.parametrize("path", sorted(WEB.glob("*.py")), ids=told)
def test_no_code_of_the_page_makes_markup_but_by_templates(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert "Markup" not in text
    assert "from_string" not in text
    assert path.name == "pages.py" or "HTMLResponse(" not in text


def test_whatever_a_template_is_given_is_escaped() -> None:
    page = environment().from_string('<p title="{{ words }}">{{ words }}</p>')

    assert page.render(words='"><script>') == '<p title="&#34;&gt;&lt;script&gt;">&#34;&gt;&lt;script&gt;</p>'


@pytest.mark.parametrize("path", PAGES, ids=told)
def test_every_form_that_changes_something_carries_the_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        action = "".join(re.findall(r'action="([^"{]*)', form))
        without = any(action.startswith(known.partition("{")[0]) for known in WITHOUT_SESSION) or "{% block" in form
        assert without or "csrf" in form, form


@pytest.mark.parametrize("path", PAGES, ids=told)
def test_a_window_of_another_site_cannot_reach_back(path: Path) -> None:
    for link in re.findall(r"<a\b[^>]*\starget=[^>]*>", path.read_text(encoding="utf-8")):
        assert 'rel="noopener noreferrer"' in link


# Colours.

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
TEXT = (
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "sunken"),
    ("soft", "paper"),
    ("soft", "card"),
    ("soft", "sunken"),
    ("primary", "paper"),
    ("primary", "card"),
    ("primary", "primary-soft"),
    ("primary-deep", "card"),
    ("on-primary", "primary"),
    ("on-primary", "primary-deep"),
    ("urgent", "urgent-soft"),
    ("urgent", "card"),
    ("warning", "warning-soft"),
    ("good", "good-soft"),
    ("note", "note-soft"),
    ("ink", "urgent-soft"),
    ("ink", "warning-soft"),
    ("ink", "good-soft"),
    ("ink", "note-soft"),
    ("card", "urgent"),
    ("paper", "ink"),
)
CONTROLS = (("edge", "card"), ("edge", "paper"), ("primary", "card"), ("urgent", "card"), ("mark", "sunken"))


def colours(dark: bool) -> dict[str, str]:
    """The names of the style's colours and what they are, #rrggbb."""
    light, night = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in STYLE.split("@media", 2)[:2])
    return light | night if dark else light


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio, 1-21"""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_and_controls_stand_out(dark: bool) -> None:
    known = colours(dark)
    for pairs, least in ((TEXT, 4.5), (CONTROLS, 3.0)):
        weak = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in pairs}
        assert {pair: found for pair, found in weak.items() if found < least} == {}


def test_the_style_says_no_colour_beside_its_own() -> None:
    """So that the test above sees them all."""
    rules = STYLE.split("*, *::before")[1].split("@media print")[0]

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []


def test_the_style_is_the_same_in_every_page() -> None:
    """Its digest is told to the browser once for all."""
    assert not re.search(r"{[{%#]|</", STYLE)


def test_the_style_asks_nobody_else_for_anything() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
