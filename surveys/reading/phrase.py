"""A reply with its words looked up: what all the rules look at."""

import re
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from surveys.reading.tokens import Token, Type, tokenise
from surveys.reading.vocabulary import Vocabulary
from surveys.reading.words import Word

MINUS_SIGNS = frozenset("-–−‐‑﹣－")
QUESTION_MARKS = frozenset("?？؟")
QUESTION_MARK = re.compile("[?？؟]")
CURRENCY = frozenset("$€£₽₴₪¥¢₸₹°²³")
PARTING = frozenset({Type.STOP, Type.COMMA, Type.DASH, Type.EMOJI})
PAIR = 2
SHORTEST_JOINED = 4  # letters
_NO_PLURAL = ("ss", "us", "is")
_HEAD = Word.LEADING | Word.POINTS | Word.STARS | Word.TAIL | Word.POLITE | Word.NO | Word.MINUS
_KISS = Word.TAIL | Word.POLITE | Word.UNIT
_SILENT = Word.TAIL | Word.POLITE | Word.POINTS


@dataclass(slots=True)
class Phrase:
    """Tokens and their flags (bits of `Word`; 0 for what is no known word). Asking beyond either end is allowed and finds nothing."""

    text: str
    tokens: list[Token]
    flags: list[int]
    words: Vocabulary
    count: int = field(init=False)
    spoken: list[str] = field(init=False)  # the words and numbers alone, without marks
    seen: int = field(
        init=False
    )  # the flags of all words together: what none of them is need not be looked for
    questioned: bool = field(init=False)  # a question mark stands somewhere

    def __post_init__(self) -> None:
        self.count = len(self.tokens)
        self.spoken = [token.text for token in self.tokens if token.type <= Type.WORD]
        self.seen = reduce(or_, self.flags, 0)
        self.questioned = bool(QUESTION_MARK.search(self.text))

    def flag(self, at: int) -> int:
        """Give the flags of the token at `at`."""
        return self.flags[at] if 0 <= at < self.count else 0

    def type(self, at: int) -> int | None:
        """Give the type of the token at `at`."""
        return self.tokens[at].type if 0 <= at < self.count else None

    def said(self, at: int) -> str:
        """Give the normalised text of the token at `at`."""
        return self.tokens[at].text if 0 <= at < self.count else ""

    def glued(self, at: int) -> bool:
        """Whether no space stands between the token at `at` and the one before it."""
        return 0 < at < self.count and self.tokens[at].start == self.tokens[at - 1].end

    def hyphenated(self, at: int) -> bool:
        """Whether a hyphen at `at` ties its neighbours together without spaces."""
        return self.said(at) in MINUS_SIGNS and self.glued(at) and self.glued(at + 1)

    def is_capital(self, at: int) -> bool:
        """Whether the token at `at` was typed with a capital first letter."""
        return at < self.count and self.text[self.tokens[at].start].isupper()

    def head(self) -> int:
        """Find where the lead-in at the beginning ends: "Hi, I'd say"."""
        at = 0
        while at < self.count and (self.tokens[at].type > Type.WORD or self.flags[at] & _HEAD):
            at += 1
        return at

    def tail(self) -> int:
        """Find where the filler at the end begins: "I guess, thanks!"."""
        at = self.count
        while at and (self.tokens[at - 1].type > Type.WORD or self.flags[at - 1] & _SILENT):
            at -= 1
        return at

    def is_definite(self, at: int) -> bool:
        """Whether the article is written together with the word at `at`: nothing counts "the prices"."""
        article = self.words.forms.article
        return bool(article) and not self.flag(at) & Word.UNIT and self.said(at).startswith(article)

    def is_plural(self, at: int) -> bool:
        """Whether this is an unknown word that looks like something counted ("tyres", "мастеров")."""
        known = self.flag(at) & (~Word.NOUN | Word.ONE | Word.COMMON)
        return not known and self.is_plural_form(at) and not self.is_definite(at)

    def is_plural_form(self, at: int) -> bool:
        """Whether the word at `at` ends as plurals do."""
        word = self.said(at)
        return len(word) > 3 and word.endswith(self.words.forms.plural) and not word.endswith(_NO_PLURAL)

    def is_counted(self, at: int) -> bool:
        """Whether what stands at `at`, after a number, is a unit or something that is counted."""
        if self.said(at) in CURRENCY:
            return True
        at += self.hyphenated(at)
        if self.type(at) != Type.WORD:
            return False
        flags = self.flags[at]
        if self.is_definite(at):
            return False
        if flags & _KISS == _KISS and at + 1 == self.count:
            return False  # "9 x"
        following = self.is_plural(at + 1) or self.flag(at + 1) & Word.UNIT
        word = self.said(at)
        forms = self.words.forms
        verbs = forms.verbal if self.said(at - 1) != "1" else (*forms.verbal, *forms.not_of_one)
        compound = following and word not in self.words.numbers and not word.endswith(verbs)
        compound = compound and (forms.compounds or not flags & Word.ONE)
        if compound and not flags & ~(Word.LABELLED | Word.NOUN):
            return True  # "5 phone calls"
        if flags & Word.ONE and self.type(at - 1) == Type.NUMBER and self.said(at - 1) != "1":
            # "9 car was ready", "food 9 service 4"
            return not (self.is_subject(at) or self.type(at + 1) == Type.NUMBER or flags & Word.ASPECT)
        return bool(flags & Word.UNIT and not flags & (Word.POINTS | Word.STARS)) or self.is_plural(at)

    def is_subject(self, at: int) -> bool:
        """Whether a noun in the singular, at `at`, begins a clause: "9 car was ready"; in English not "3 course meal"."""
        if self.said(at + 1).endswith(self.words.forms.of_many):
            return False
        if self._is_verb(at + 1):
            return True
        own = self.is_own_one(at) and not self.words.forms.compounds
        goes_on = self.type(at + 1) == Type.WORD or self.said(at + 1) == "("
        joined = self.flag(at + 1) & (Word.JOIN | Word.OR) and self.type(at + 2) == Type.NUMBER
        return own and goes_on and not joined

    def is_own_one(self, at: int) -> bool:
        """Whether a noun of one stands at `at`, in the language of the conversation, or one that ends in such."""
        own = self.words.own_words.get(self.said(at))
        return bool(own & Word.ONE) if own is not None else self.said(at).endswith(self.words.heads)

    def _is_verb(self, at: int) -> bool:
        """Whether a verb may stand here: a word known for one, or an unknown one in a form that nothing counts."""
        if self.flag(at) & (Word.OPENER | Word.WOULD):
            return True
        word, forms = self.said(at), self.words.forms
        unknown = self.type(at) == Type.WORD and not self.flags[at] & ~(Word.NOUN | Word.CLOSER)
        told = word.endswith((*forms.verbal, *forms.past)) or forms.never_counts(word, None, proven=True)
        return unknown and told


def make_phrase(text: str, words: Vocabulary) -> Phrase:
    """Tokenise `text` and look its words up, in the one of several languages that it is said in, if that is clear."""
    tokens = tokenise(text)
    if words.alone and (said := [token.text for token in tokens if token.type == Type.WORD]):
        words = words.told_by(said)
    known = words.words
    flags = [known.get(token.text, 0) if token.type == Type.WORD else 0 for token in tokens]
    if words.forms.joined:
        _look_inside(tokens, flags, words)
    if words.heads and len(tokens) > PAIR and tokens[0].type == Type.NUMBER and not flags[1]:
        flags[1] = Word.ONE if tokens[1].text.endswith(words.heads) else 0  # "4 ootemuusika ajas hulluks"
    _mark_phrases(tokens, flags, words)
    return Phrase(text, tokens, flags, words)


def _look_inside(tokens: list[Token], flags: list[int], words: Vocabulary) -> None:
    """Give words that are written together with "and" or "the" their flags: Hebrew "ונותן", "החבילה". Nothing counts "the parcel"."""
    for at, token in enumerate(tokens):
        if flags[at] or len(token.text) < SHORTEST_JOINED:
            continue
        rest = words.words.get(token.text[1:], 0)
        if token.text[0] == words.forms.joined:
            flags[at] = rest
        elif token.text[0] == words.forms.article and rest & Word.ONE:
            flags[at] = Word.OPENER
        elif rest & Word.LABELLED and words.words.get(token.text[0], 0) & Word.PREFIX:
            flags[at] = Word.NUMBERED  # Hebrew "לחדר 4"


def _mark_phrases(tokens: list[Token], flags: list[int], words: Vocabulary) -> None:
    """Give the words of a fixed expression the meaning of the whole: "not gonna lie", "где-то", "т.к."; the longest wins."""
    marked = 0
    phrases, last = words.phrases, len(tokens) - 1
    for at, token in enumerate(tokens):
        begun = phrases.get(token.text)
        if begun is None or at < marked or at == last:
            continue
        for pieces, meant in begun.get(tokens[at + 1].text, ()):
            end = at + len(pieces)
            if [piece.text for piece in tokens[at:end]] == pieces:
                flags[at:end] = [meant] * len(pieces)
                marked = end
                break
