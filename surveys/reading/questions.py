"""Whether a reply asks us something, like "who is this" or "is this a scam".

A question mark says so, or a word that begins questions ("who", "why"), or a pattern of `[questions] patterns` (patterns.py) where a
clause of a short reply is one. An exclamation that begins alike is none: "what a joke", "how rude".
"""

from functools import lru_cache

from surveys.reading.patterns import Patterns, by_first_word, compile_pattern
from surveys.reading.phrase import PARTING, QUESTION_MARKS, Phrase
from surveys.reading.tokens import Type
from surveys.reading.vocabulary import languages_known, load_language
from surveys.reading.wishes import all_wishes
from surveys.reading.words import Word

LONGEST = 10  # words of a reply that is a question without its mark


@lru_cache(maxsize=1)
def all_questions() -> Patterns:
    """Compile the questions of every language file, once."""
    wishes = all_wishes()
    languages = [load_language(code) for code in languages_known()]
    found = by_first_word(
        compile_pattern(line, language.question_classes)
        for language in languages
        for line in language.questions
    )
    return Patterns(found, wishes.polite, frozenset())


def asks(phrase: Phrase) -> bool:
    """Whether the text asks us something: a question mark and not only a number ("9?"), or the words of a question."""
    if any(token.text in QUESTION_MARKS for token in phrase.tokens):
        return phrase.type(0) is not Type.NUMBER or any(token.type is Type.WORD for token in phrase.tokens)
    questions = all_questions()
    if len(phrase.spoken) > 1 and _begins_one(phrase, questions.polite):
        return True
    if len(phrase.spoken) > LONGEST or questions.by_first_word.keys().isdisjoint(phrase.spoken):
        return False
    clause: list[str] = []
    for token in phrase.tokens:
        if token.type in PARTING:
            if _is_one(clause, questions):
                return True
            clause = []
        elif token.type <= Type.WORD:
            clause.append(token.text)
    return _is_one(clause, questions)


def _begins_one(phrase: Phrase, polite: frozenset[str]) -> bool:
    for at, token in enumerate(phrase.tokens):
        if token.type <= Type.WORD and token.text not in polite:
            return bool(
                phrase.flags[at] & Word.QUESTION and not phrase.flag(at + 1) & (Word.PRAISE | Word.JOIN)
            )
    return False


def _is_one(clause: list[str], questions: Patterns) -> bool:
    for at, word in enumerate(clause):
        if questions.fit(clause, at, begins=True, may_stand=True):
            return True
        if word not in questions.polite and not word.isdecimal():
            return False
    return False
