"""Which of the encodings of Latin letters a text is in: the one that makes its letters those of one language."""

import re
from collections import Counter
from collections.abc import Sequence

# The letters beyond ASCII that each language writes, of the languages that these encodings were made for.
ALPHABETS = {
    "Albanian": "çë",
    "Catalan": "àçèéíïòóúü·",
    "Croatian": "čćđšž",
    "Czech": "áčďéěíňóřšťúůýž",
    "Danish and Norwegian": "æøåéèêóòâôü",
    "Dutch": "éèëïöüáóíúê",
    "Estonian": "äöõüšž",
    "Finnish and Swedish": "äöåéüà",
    "French": "àâæçéèêëîïôœùûüÿñ",
    "German": "äöüßéà",
    "Hungarian": "áéíóöőúüű",
    "Icelandic": "áðéíóúýþæö",
    "Italian": "àèéìíîòóùú",
    "Polish": "ąćęłńóśźż",
    "Portuguese": "áâãàçéêíóôõúüñ",
    "Romanian": "ăâîşţșț",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Spanish": "áéíñóúüç",
    "Turkish": "çğıiöşüâîû",
}
# Signs that stand in every language's texts.
SIGNS = "–—‘’‚“”„•…‹›«»€§°²³´·×¿¡ªº\xa0™©®‰"
# In Windows-1250 the same byte is Ł.
POUNDS = re.compile(r"£(?=\s?\d)")


def fitting(texts: Sequence[str]) -> str:
    """The text of `texts`, readings of the same bytes, whose letters fit one language best; of equals the first."""
    return max(texts, key=fit)


def fit(text: str) -> float:
    """The share of the characters beyond ASCII that one language writes, of the language for which it is greatest."""
    text = POUNDS.sub("", text)
    # The small letter of İ is two characters.
    found = Counter(character.lower()[0] for character in text if character > "\x7f" and character not in SIGNS)
    if not found:
        return 1.0
    return max(sum(found[letter] for letter in alphabet) for alphabet in ALPHABETS.values()) / found.total()
