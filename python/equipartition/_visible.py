"""What a terminal shows."""

from __future__ import annotations


def visible(text: str, keep: str = "") -> str:
    """Without characters that a terminal obeys, other than those to keep.

    >>> visible("a\\x1b[31mb"), visible("a\\nb", keep="\\n")
    ('a\\\\u001b[31mb', 'a\\nb')
    """
    return "".join(character if character.isprintable() or character in keep else f"\\u{ord(character):04x}" for character in text)
