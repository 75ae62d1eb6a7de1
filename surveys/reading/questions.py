"""Whether a reply asks us something, like "who is this" or "is this a scam".

A question mark says so, or a word that begins questions ("who", "why"), or a pattern of `[questions] patterns` (patterns.py) where a
clause of a short reply is one. `[questions] values` are patterns of what asks after the number right before them: "0 is best right". An exclamation that begins alike is none: "what a joke", "how rude".
"""

from functools import lru_cache

from surveys.reading.patterns import Patterns, by_first_word, compile_pattern
from surveys.reading.phrase import PARTING, Phrase
from surveys.reading.tokens import Type
from surveys.reading.vocabulary import languages_known, load_language
from surveys.reading.wishes import all_wishes
from surveys.reading.words import Word

NEAR = 3  # words from its beginning that a question names its number in
_ARTICLES = frozenset({"a", "an"})  # "what a joke"
LONGEST = 10  # words of a reply that is a question without its mark


@lru_cache(maxsize=1)
def all_value_questions() -> Patterns:
    """Compile what asks of the number right before it what it means, of every language file, once."""
    languages = [load_language(code) for code in languages_known()]
    found = by_first_word(
        compile_pattern(line) for language in languages for line in language.value_questions
    )
    return Patterns(found, all_wishes().polite, frozenset())


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
    if phrase.questioned:
        return phrase.type(0) != Type.NUMBER or any(token.type == Type.WORD for token in phrase.tokens)
    if _asks_after_number(phrase):
        return True
    questions = all_questions()
    if len(phrase.spoken) > 1 and _begins_one(phrase, questions.polite):
        return True
    if len(phrase.spoken) > LONGEST or questions.by_first_word.keys().isdisjoint(phrase.spoken):
        return False
    return any(_is_one(clause, questions) for clause in _clauses(phrase))


def asks_what_a_number_means(phrase: Phrase) -> bool:
    """Whether a question is about the number: "is 10 the best or worst", not "9, which company is this" or "can I change to 6"."""
    questions, value_of = all_questions(), phrase.words.value_of
    return _asks_after_number(phrase) or any(
        not clause[0].isdecimal()
        and any(word.isdecimal() or value_of(word) is not None for word in clause[1:NEAR])
        and _is_one(clause, questions)
        for clause in _clauses(phrase)
    )


def _asks_after_number(phrase: Phrase) -> bool:
    """Whether the whole reply is a number and what asks after its meaning: "0 is best right"."""
    said = phrase.spoken
    if not 1 < len(said) <= LONGEST or phrase.type(0) != Type.NUMBER:
        return False
    return all_value_questions().fit(said, 1, begins=True, may_stand=True)


def _clauses(phrase: Phrase) -> list[list[str]]:
    clauses: list[list[str]] = [[]]
    for token in phrase.tokens:
        if token.type in PARTING:
            clauses.append([])
        elif token.type <= Type.WORD:
            clauses[-1].append(token.text)
    return [clause for clause in clauses if clause]


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
