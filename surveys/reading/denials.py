"""What follows a number and takes it back: "10 but I can't", "10 не поставлю"."""

from functools import reduce
from operator import or_

from surveys.reading.expression import Expression
from surveys.reading.phrase import PARTING, QUESTION_MARKS, Phrase
from surveys.reading.praise import REACH, is_last_word
from surveys.reading.tokens import Type
from surveys.reading.words import Word


def is_taken_back(phrase: Phrase, lead: int, expression: Expression) -> bool:
    """Whether what follows takes the number back: "10 but I can't", "10 не поставлю", "would be 10 but …"."""
    denying, supposing = phrase.seen & (Word.NOT | Word.NO), phrase.seen & Word.WOULD
    if supposing:
        chain = reduce(or_, phrase.flags[lead : expression.first], 0)
        supposing = chain & Word.WOULD and not chain & Word.SCORING
    if not (denying or supposing):
        return False
    last = expression.last
    reach = range(last, min(last + REACH, phrase.count))
    end = next((at for at in reach if phrase.tokens[at].type == Type.NUMBER), reach.stop)  # "1 sest 0 polnud"
    following = [at for at in range(last, end) if phrase.tokens[at].type == Type.WORD]
    if supposing and following and phrase.flags[following[0]] & Word.REASON:
        return True
    return bool(denying) and _is_denied(phrase, last, following)


def _is_denied(phrase: Phrase, last: int, following: list[int]) -> bool:
    """Whether words `following` a number that ends at `last` deny it."""
    if phrase.said(last) in QUESTION_MARKS and phrase.flag(last + 1) & (Word.NO | Word.NOT):
        return True  # "10? no way"
    marked = phrase.type(last) in PARTING
    denied = False
    for at in [] if marked else following[:4]:
        if phrase.flags[at] & Word.NOT and any(_ends_by_scoring(phrase, at + skip) for skip in (1, 2)):
            return True
        if phrase.flags[at] & (Word.NOT | Word.NO):
            # Said twice it denies something else: "1 ei tule enam kunagi".
            if not denied and is_last_word(phrase, at):
                return not _is_missing(phrase, last, at - 1)
            denied = True
    return False


def _is_missing(phrase: Phrase, last: int, at: int) -> bool:
    """Whether a noun stands at `at`, before a denial, of which there is none: "8 но очереди нет", "9 aga parkimist pole"."""
    if at < last or phrase.type(at) != Type.WORD:
        return False
    flags = phrase.flags[at]
    reasoned = at > last and phrase.flag(last) & (Word.REASON | Word.POLITE)
    return bool(flags & (Word.ASPECT | Word.LACK) or (reasoned and not flags & ~Word.NOUN))


def _ends_by_scoring(phrase: Phrase, at: int) -> bool:
    """Whether a verb of scoring stands here and ends its clause: "10 I can't give you", not "8 I never give 10"."""
    if not phrase.flag(at) & Word.SCORING:
        return False
    filler = phrase.flag(at + 1) & (Word.LEAD | Word.TAIL) and not phrase.flag(at + 1) & Word.ASIDE
    return phrase.type(at + 1 + bool(filler)) not in {Type.WORD, Type.NUMBER}
