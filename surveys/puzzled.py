"""Replies that say the question itself was not understood: "not sure what you mean", "ei saa aru, mida te tahate".

They read like a why (many words, no number) and must not become one. All languages are listened to at once. The lists
are short on purpose: "I don't understand why it took so long" is a why, and so is whatever stands in none of them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from surveys.reading.vocabulary import phrase_key

SAYS: Final = (
    # English
    *(
        "you mean",
        "you want from me",
        "what you want",
        "what this is",
        "what this is about",
        "what it is about",
    ),
    *("dont understand you", "dont understand this", "dont understand the question", "get the question"),
    *("understand your question", "understood the question", "what is this"),
    # Estonian
    *(
        "mida te tahate",
        "mida te mõtlete",
        "mida te küsite",
        "mida see tähendab",
        "küsimusest aru",
        "mis mõttes",
    ),
    # Finnish
    *("mitä tarkoitat", "mitä tarkoitatte", "mistä on kyse", "mitä haluatte", "ymmärrä kysymystä"),
    *("ymmärtänyt kysymystä",),
    # Russian
    *("что вы хотите", "чего вы хотите", "о чем вы", "в каком смысле", "понял вопрос", "поняла вопрос"),
    *("понял вопроса", "поняла вопроса", "понимаю вопроса", "вы имеете в виду"),
    # Hebrew
    *("הבנתי את השאלה", "מבין את השאלה", "מבינה את השאלה", "מה אתם רוצים", "על מה מדובר", "למה הכוונה"),
)
"""Words that say so wherever they stand in a reply."""

ENDS: Final = (
    *("dont understand", "do not understand", "no idea", "ei saa aru", "ei saanud aru", "en ymmärrä"),
    *("en ymmärtänyt", "не понимаю", "не понял", "не поняла", "לא הבנתי", "לא מבין", "לא מבינה"),
)
"""Words that say so where nothing follows that they could be about."""


def is_puzzled(text: str) -> bool:
    """Tell whether a reply says that the question was not understood. Never raises; linear in the text."""
    said = _whole_words(text)
    says, ends = _phrases()
    return said.endswith(ends) or any(phrase in said for phrase in says)


@cache
def _phrases() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """SAYS and ENDS as they are looked for; made on first use, since a start need not wait for it."""
    return tuple(map(_whole_words, SAYS)), tuple(map(_whole_words, ENDS))


def _whole_words(text: str) -> str:
    return f" {phrase_key(text)} "
