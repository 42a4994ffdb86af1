"""Every theme can be read over any video: contrast by WCAG's formula, from the style sheet."""

from __future__ import annotations

import re

import pytest

from landedcost.live.words import page_text

THEME = re.compile(r':root\[data-theme="(\w+)"\] \{([^}]*)\}')
THEMES = {
    name: dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))
    for name, body in THEME.findall(page_text("overlay.css"))
}
TEXTS = ("--text", "--muted", "--good")
VIDEO = ((0, 0, 0), (255, 255, 255))
Colour = tuple[float, float, float]


def colour(text: str) -> tuple[Colour, float]:
    """Red, green, blue and alpha."""
    if text.startswith("#"):
        red, green, blue = (int(text[at : at + 2], 16) for at in (1, 3, 5))
        return (red, green, blue), 1.0
    red, green, blue, alpha = map(float, re.findall(r"[\d.]+", text))
    return (red, green, blue), alpha


def over(above: tuple[Colour, float], below: Colour) -> Colour:
    (r, g, b), alpha = above
    x, y, z = below
    rest = 1 - alpha
    return (r * alpha + x * rest, g * alpha + y * rest, b * alpha + z * rest)


def luminance(shown: Colour) -> float:
    parts = [part / 255 for part in shown]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def test_there_are_themes() -> None:
    assert set(THEMES) == {"dark", "light", "outline", "neon"}
    listed = re.search(r"const THEMES = (\[.*\]);", page_text("settings.js"))
    assert listed is not None
    assert set(re.findall(r'"(\w+)"', listed[1])) == set(THEMES)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("text", TEXTS)
def test_text_on_its_plate_or_outline(name: str, text: str) -> None:
    theme = THEMES[name]
    letters, _ = colour(theme[text])
    if theme["--plate"] == "transparent":
        behind = [colour(theme["--outline"])[0]]
    else:
        behind = [over(colour(theme["--plate"]), video) for video in VIDEO]
    assert min(contrast(letters, one) for one in behind) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_text_on_the_accent(name: str) -> None:
    theme = THEMES[name]
    assert contrast(colour(theme["--accent"])[0], colour(theme["--on-accent"])[0]) >= 4.5


def test_messages_to_the_streamer() -> None:
    body = re.search(r"\n#problems \{([^}]*background: #[^}]*)\}", page_text("overlay.css"))
    assert body is not None
    found = dict(re.findall(r"([\w-]+):\s*(#\w+);", body[1]))
    assert contrast(colour(found["background"])[0], colour(found["color"])[0]) >= 4.5
