"""Emoji in words: an encoder's vocabulary has next to none of them, and they carry much of a short text's sentiment."""

import unicodedata

# Their names in Unicode say how they look, not what they mean.
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
    """`text` with every emoji as words between brackets, so that an encoder reads it."""
    if text.isascii():
        return text
    return "".join(" ".join(("", f"({name})", "")) if (name := _name(character)) else character for character in text)


def _name(character: str) -> str:
    """What an emoji is called; nothing for any other character."""
    if character in MEANINGS:
        return MEANINGS[character]
    if character in SILENT or unicodedata.category(character) != "So" or character < "\u2600":
        return ""
    return unicodedata.name(character, "").lower()
