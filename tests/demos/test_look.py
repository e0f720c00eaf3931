"""The page's own colours can be read."""

import pytest

from demos.page import look


def lightness(colour: str) -> float:
    """The relative luminance of “#rrggbb”, 0 to 1, after WCAG 2."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("state", ["", "_dark", "_hover", "_hover_dark"])
def test_the_main_button_can_be_read(state: str) -> None:
    """White on its ground reaches 4.5:1 in both themes, under a pointer too, and so at every step between."""
    theme = look.theme()
    ground = getattr(theme, f"button_primary_background_fill{state}")
    colour = getattr(theme, ground.removeprefix("*"))
    assert theme.button_primary_text_color == "white"
    assert 1.05 / (lightness(colour) + 0.05) >= 4.5
