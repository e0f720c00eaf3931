"""Spell out emoji: encoder vocabularies contain almost none, and they carry much of a short text's sentiment."""

import unicodedata

# Emoji whose Unicode name describes their look rather than their meaning.
MEANINGS = {
    "❤": "love",
    "♥": "love",
    "💔": "broken heart",
    "👍": "thumbs up",
    "👎": "thumbs down",
    "😍": "in love",
    "🤣": "laughing",
    "😂": "laughing with tears",
    "🔥": "fire",
    "💯": "perfect",
    "🙏": "thank you",
    "🎉": "celebration",
    "🤮": "disgusting",
    "🤢": "disgusting",
    "💩": "poop",
}
SILENT = "\u200d\ufe0e\ufe0f"


def spelled_out(text: str) -> str:
    """Replace every emoji in `text` with its name in parentheses."""
    if text.isascii():
        return text
    return "".join(" ".join(("", f"({name})", "")) if (name := _name(character)) else character for character in text)


def _name(character: str) -> str:
    """The name of an emoji, or an empty string for any other character."""
    if character in MEANINGS:
        return MEANINGS[character]
    if character in SILENT or unicodedata.category(character) != "So" or character < "\u2600":
        return ""
    return unicodedata.name(character, "").lower()
