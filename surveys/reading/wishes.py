"""Opt-out, opt-in and help: keywords as whole messages, and wishes said in a sentence.

Keywords count in any case, punctuation, spacing and emoji, with a polite word around them; a clear one also as a sentence of its own at
the beginning or end ("9. STOP"). Wishes are patterns of words (patterns.py), one a line in `[wishes] patterns` of a language file, and
clauses that are about nothing else (refusals.py).

All languages are listened to, whatever the conversation's: an opt-out must not depend on a setting. Lists of words in `[wishes]`:

    unless    take a wish back right before it: "they never stop texting me"
    joined    may be written together with its first word: Hebrew "and"
    after     a wish may begin after them: "wrong number dont text me"
    told      it may not: "you dont text me" complains of no text
    next      begin another clause: patterns.py
    oaths     may stand anywhere in a wish or beside a keyword, and change nothing: "stop the bloody texts"
    deny      polite words that deny a keyword right after them: Hebrew "not"
    about     make `opt_out_alone` and `opt_out_about` count as a clause of its own: "this is spam, remove"; not "too salty, remove"
    goods     unless they stand in it: "the order number is wrong, remove it"; people who are no customers are among them
    slips     words whose misspelt forms are heard too, and `near`, words of their own that are one slip away: slips.py
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from surveys.reading.kinds import Kind, Reading
from surveys.reading.patterns import Patterns, by_first_word, compile_pattern
from surveys.reading.phrase import Phrase
from surveys.reading.refusals import all_refusals, refuses
from surveys.reading.slips import mend_slips
from surveys.reading.tokens import Token, Type
from surveys.reading.vocabulary import WISH_LISTS, Vocabulary, languages_known, load_language
from surveys.reading.words import Word

QUOTED = '"'
QUOTES = frozenset('"“”„«»')
FEW_WORDS = 3
_PRAISED = Word.PRAISE | Word.FIXED


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wishes of all languages."""

    patterns: Patterns
    starts: frozenset[str]  # their first words and the words a refusal needs: most replies have none
    unless: frozenset[str]
    polite: frozenset[str]
    deny: frozenset[str]
    ignored: frozenset[str]
    after: frozenset[str]
    told: frozenset[str]
    oaths: frozenset[str]
    about: frozenset[str]
    goods: frozenset[str]

    def are_spoken_of(self, said: Sequence[str]) -> bool:
        """Whether a reply speaks of messages or of the number they go to, and of nothing that is bought."""
        return not self.about.isdisjoint(said) and self.goods.isdisjoint(said)


@lru_cache(maxsize=1)
def all_wishes() -> Wishes:
    """Compile the wishes of every language file, once."""
    languages = [load_language(code) for code in languages_known()]
    found = by_first_word(
        compile_pattern(line, language.wish_classes, language.joined)
        for language in languages
        for line in language.wishes
    )
    lists = {
        name: frozenset().union(*(language.wish_lists[name] for language in languages)) for name in WISH_LISTS
    }
    polite = frozenset(
        word for language in languages for word, flags in language.words.items() if flags & Word.POLITE
    )
    return Wishes(
        Patterns(found, polite, lists["next"], lists["goods"]),
        frozenset(all_refusals().keys() | found.keys()),
        lists["unless"],
        polite,
        lists["deny"],
        polite | lists["oaths"],
        (polite | lists["after"]) - lists["told"],
        lists["told"],
        lists["oaths"],
        lists["about"],
        lists["goods"],
    )


def read_keyword(phrase: Phrase) -> Reading | None:
    """OPT_OUT, OPT_IN or HELP, if the text is one. An opt-out said in more than a keyword keeps the whole text as its why."""
    wishes, words = all_wishes(), phrase.words
    said = phrase.spoken
    if len(said) > 2:
        dressed_up = len(said[0]) == len(said[1]) == 1  # "s t o p"
    else:
        dressed_up = len(said) == 1 and bool(_DRAWN_OUT.search(said[0]))
    if dressed_up or not words.keyword_starts.isdisjoint(said):
        if kind := _whole_keyword(phrase, wishes):
            return Reading(kind)
        if _is_own_sentence(phrase, wishes):
            return Reading(Kind.OPT_OUT, why=phrase.text.strip())
    if not wishes.starts.isdisjoint(said) and _is_wished(phrase.tokens, phrase, wishes):
        return Reading(Kind.OPT_OUT, why=phrase.text.strip())
    mended = mend_slips(phrase.tokens, said)
    if mended and _is_wished(mended, phrase, wishes):
        return Reading(Kind.OPT_OUT, why=phrase.text.strip())
    return None


def _whole_keyword(phrase: Phrase, wishes: Wishes) -> Kind | None:
    said, words = phrase.spoken, phrase.words
    if kind := _keyword(said, words):
        return kind
    if any(flags & _PRAISED == _PRAISED for flags in phrase.flags):
        return None  # Hebrew "די טוב" is "quite good", though "די" is "enough" and "טוב" is "well"
    if kind := _keyword(_bare(said, wishes), words):
        return kind
    shorter = [word for word in said if word not in wishes.oaths]
    sworn = len(shorter) < len(said) and _keyword(_bare(shorter, wishes), words)
    return Kind.OPT_OUT if sworn is Kind.OPT_OUT else None


_KINDS = (
    ("opt_out", Kind.OPT_OUT),
    ("opt_out_alone", Kind.OPT_OUT),
    ("opt_out_here", Kind.OPT_OUT),
    ("opt_in", Kind.OPT_IN),
    ("help", Kind.HELP),
)
_LONGEST = 6  # words in a keyword, repeated or spelled out
_LONGEST_WORD = 40
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}+")


def whole_message(said: list[str]) -> tuple[str, ...]:
    """Give the forms a short message is compared in: as it is, said once for "stop stop stop", "stop" for "s t o p" and "stoppp"."""
    if not said or len(said) > _LONGEST * 2:
        return ()
    once = said[:1] if len(set(said)) == 1 else said
    forms = [" ".join(once)]
    if len(said) > 2 and all(len(word) == 1 for word in said):
        forms.append("".join(said))
    if len(once) == 1 and len(once[0]) <= _LONGEST_WORD and _DRAWN_OUT.search(once[0]):
        forms += [_DRAWN_OUT.sub(r"\1", once[0]), _DRAWN_OUT.sub(r"\1\1", once[0])]
    return tuple(forms)


def _keyword(said: list[str], words: Vocabulary) -> Kind | None:
    for form in whole_message(said):
        for name, kind in _KINDS:
            if form in words.keywords[name]:
                return kind
    return None


def _bare(said: list[str], wishes: Wishes) -> list[str]:
    """Give the words without the polite ones around them; a word that denies what follows it is left: Hebrew "לא להפסיק"."""
    first, last = 0, len(said)
    while first < last and said[first] in wishes.polite:
        first += 1
    while last > first and said[last - 1] in wishes.polite:
        last -= 1
    return said[max(0, first - 1) : last] if first and said[first - 1] in wishes.deny else said[first:last]


def _is_own_sentence(phrase: Phrase, wishes: Wishes) -> bool:
    """Whether a clear keyword is the first sentence or the last clause, or stands beside a number: "9. STOP", "9 stop", "no thanks, stop"."""
    clauses: list[list[str]] = [[]]
    first_sentence: list[str] | None = None
    for token in phrase.tokens:
        if token.type == Type.WORD:
            if token.text not in wishes.oaths:
                clauses[-1].append(token.text)
        elif token.type in {Type.STOP, Type.COMMA} and clauses[-1]:
            if token.type == Type.STOP and first_sentence is None:
                first_sentence = clauses[-1] if len(clauses) == 1 else []
            clauses.append([])
    clauses = [clause for clause in clauses if clause]
    if not clauses:
        return False
    if sum(map(len, clauses)) <= FEW_WORDS:
        first_sentence = clauses[0]  # "Stop, enough!"
    keywords = phrase.words.keywords
    if _any_of(keywords["opt_out"], (first_sentence or [], clauses[-1]), wishes):
        return True
    if len(clauses) < 2:
        return False
    if _any_of(keywords["opt_out"], clauses[:1], wishes) and all(
        token.type != Type.NUMBER for token in phrase.tokens
    ):
        return True  # "stop, I'm at a funeral", but not "stop, I meant 8"
    either = keywords["opt_out"] | keywords["opt_out_alone"]
    if all(_any_of(either, (clause,), wishes) for clause in clauses):
        return True
    return wishes.are_spoken_of(phrase.spoken) and _any_of(
        either | keywords["opt_out_about"], clauses, wishes
    )


def _any_of(keywords: frozenset[str], clauses: Iterable[list[str]], wishes: Wishes) -> bool:
    return any(form in keywords for clause in clauses for form in whole_message(_bare(clause, wishes)))


def _is_wished(tokens: Sequence[Token], phrase: Phrase, wishes: Wishes) -> bool:
    """Whether `tokens`, those of `phrase` or with its slips put right, hold a wish."""
    about = wishes.are_spoken_of(phrase.spoken)
    clause: list[str] = []
    for at, token in enumerate([*tokens, None]):
        if token is not None and token.type in {Type.WORD, Type.NUMBER}:
            if token.text not in wishes.oaths:
                clause.append(token.text)
        elif token is not None and token.text in QUOTES:
            clause.append(QUOTED)
        elif token is not None and token.type is Type.COMMA and _parts_aside(tokens, at, wishes.polite):
            continue
        elif token is None or token.type in {Type.STOP, Type.COMMA, Type.EMOJI}:
            if _clause_wishes(clause, wishes, phrase.words, about=about) or refuses(clause, wishes.ignored):
                return True
            clause = []
    return False


def _parts_aside(tokens: Sequence[Token], at: int, polite: frozenset[str]) -> bool:
    """Whether the comma at `at` opens or closes a polite word in mid-sentence: "leave me, please, alone"."""
    opens = at + 2 < len(tokens) and tokens[at + 2].type is Type.COMMA and tokens[at + 1].text in polite
    return opens or (at > 1 and tokens[at - 2].type is Type.COMMA and tokens[at - 1].text in polite)


def _clause_wishes(clause: list[str], wishes: Wishes, words: Vocabulary, *, about: bool) -> bool:
    if (
        QUOTED in clause
    ):  # the wish itself may stand in quotes; what it quotes is its object: stop calling me "dear"
        first = clause[0] == QUOTED
        clause = clause[first : len(clause) - (clause[-1] == QUOTED)]
    for at, word in enumerate(clause):
        if word not in wishes.patterns.by_first_word:
            continue
        before = clause[at - 1] if at else ""
        begins = not before or before in wishes.after or before.isdecimal() or before in words.numbers
        if at > 1 and before in wishes.told:
            before = clause[at - 2]  # "why did you stop texting me"
        may_stand = before not in wishes.unless
        if wishes.patterns.fit(clause, at, begins=begins, may_stand=may_stand, about=about):
            return True
    return False
