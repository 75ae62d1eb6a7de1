"""Whether a number in a reply is meant, or mocks: "10 🙄", "10, dream on", "10 for rudeness", "10. Not!", "10 /s".

Only high numbers mock; blame beside a low one is its why. Some irony doubts every number in the upper half of the scale: rolled eyes,
and `irony` words. Blame with "for" or beside laughter doubts the top of the scale alone, since less may be what blame leaves of it:
`[irony] patterns` of a language file (patterns.py). Laughter alone, or beside praise, mocks nothing.
"""

from functools import lru_cache

from surveys.reading.patterns import Patterns, by_first_word, compile_pattern
from surveys.reading.phrase import PARTING, Phrase
from surveys.reading.tokens import Type
from surveys.reading.vocabulary import languages_known, load_language
from surveys.reading.words import Word
from surveys.scale import Scale

ROLLED_EYES = frozenset("🙄🙃🤡")
LAUGHING = frozenset("😂🤣😆😹")
LAUGHTER = "haha"  # what a laughing face says, in every language file
NEAR_TOP = 9  # tenths of the scale's top, from which on blame mocks


@lru_cache(maxsize=1)
def all_irony() -> Patterns:
    """Compile the irony of every language file, once."""
    languages = [load_language(code) for code in languages_known()]
    found = by_first_word(
        compile_pattern(line, language.irony_classes) for language in languages for line in language.irony
    )
    return Patterns(found, frozenset(), frozenset())


def highest_meant(phrase: Phrase, scale: Scale) -> int:
    """Give the highest number that is not doubted: half the scale where all of the reply is irony, its top where nothing is."""
    ironic = phrase.seen & Word.IRONY and any(map(Word.IRONY.__and__, phrase.flags))
    if ironic or not (phrase.text.isascii() or ROLLED_EYES.isdisjoint(phrase.text)):
        return (scale.low + scale.high) // 2
    mocks = _is_marked(phrase) or _mocks(phrase, all_irony())
    return (NEAR_TOP * scale.high - 1) // 10 if mocks else scale.high


def _is_marked(phrase: Phrase) -> bool:
    """Whether the last word takes all back: "10. Not!", "10 /s"."""
    last = phrase.count - 1
    while last > 0 and phrase.tokens[last].type > Type.WORD:
        last -= 1
    if last < 1:
        return False
    before = phrase.tokens[last - 1]
    return bool(
        (before.text == "/" and phrase.said(last) == "s")
        or (before.type in PARTING and phrase.flags[last] & Word.NOT)
    )


def _mocks(phrase: Phrase, irony: Patterns) -> bool:
    if irony.by_first_word.keys().isdisjoint(phrase.spoken):
        return False
    clause: list[str] = []
    for token in phrase.tokens:
        if token.type <= Type.WORD:
            clause.append(token.text)
        elif token.text in LAUGHING:
            clause.append(LAUGHTER)  # "10 😂 you lost my bag"
        elif token.type in PARTING:
            if _any_fits(clause, irony):
                return True
            if token.type != Type.COMMA or sum(map(str.isalpha, clause)) != 1:
                clause = []  # "10, haha, you lost my bag": one word is a clause of its own only at the end
    return _any_fits(clause, irony)


def _any_fits(clause: list[str], irony: Patterns) -> bool:
    return any(irony.fit(clause, at, begins=True, may_stand=True) for at in range(len(clause)))
