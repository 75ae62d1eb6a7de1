"""The words a reply is read with: one file per language, merged for a conversation.

A language file (languages/<code>.toml) is all that a new language needs. Lists are comma-separated text.

- `[keywords]` whole messages: `opt_out` (the first is printed in texts; also heard as a sentence of its own), `opt_out_alone` (only as
  the whole message), `opt_out_about` (only as a clause of a message that speaks of messages: `about` in wishes.py), `opt_out_here` (only in this language), `opt_in`, `help`, `feedback`, `yes`, `no`, `decline` (of a why).
- `[wishes]` opt-outs said in sentences: see wishes.py. `[refusals]` words that make one in any order: see refusals.py.
- `[questions]` what asks us something without a question mark, `values` what a number means: see questions.py. `[irony]` what mocks a high number: see irony.py.
- `[words]` one list per bit of `Word`, see words.py. An entry of several words or with a mark inside ("not gonna lie", "где-то") means
  what its list says of the whole, whatever its words mean alone.
- `[inflections]` what replaces the ending of a word of praise or blame in its other forms ("ый" -> "ая, ое, ые").
- `[forms]` what the endings of words tell: see forms.py.
- `[numbers]` `words` beside the spelling rules; `never`: spellings that mean something else too often; `endings` that may follow digits
  ("9-ga"); `suffixes` that number words take beside the spelling rules ("üheksa-le", "eight-ish"); `homophones`: words before which a
  digit is a word ("2 slow").
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from surveys.reading.forms import Forms, read_forms
from surveys.reading.spelled import spelled_numbers, words_of
from surveys.reading.tokens import Type, normalise, tokenise
from surveys.reading.words import WORD_LISTS, Word

# Keywords that hold in every conversation, whatever its language; the others mean something else in some language.
EVERYWHERE = ("opt_out", "opt_out_alone", "opt_out_about", "opt_in", "help", "feedback")
KEYWORDS = (*EVERYWHERE, "opt_out_here", "yes", "no", "decline")
WISH_LISTS = ("unless", "after", "told", "next", "oaths", "deny", "about", "goods", "slips", "near")
COMMANDS = ("opt_out", "opt_out_alone", "opt_out_about", "opt_out_here", "opt_in", "help")
UNIVERSAL = "universal"
SHORTEST_HEAD = 5  # letters
CLEAR = 2  # words that the conversation's language must know for its reading to count, where another language knows as many


@dataclass(frozen=True, slots=True)
class Language:
    """One language file, normalised. Keyword phrases are words joined by single spaces."""

    code: str
    print_opt_out: str
    keywords: Mapping[str, frozenset[str]]
    wishes: tuple[str, ...]
    wish_classes: Mapping[str, str]
    questions: tuple[str, ...]
    value_questions: tuple[str, ...]
    question_classes: Mapping[str, str]
    irony: tuple[str, ...]
    irony_classes: Mapping[str, str]
    joined: tuple[str, ...]
    wish_lists: Mapping[str, frozenset[str]]
    refusals: Mapping[str, frozenset[str]]
    words: Mapping[str, int]
    phrases: Mapping[tuple[str, ...], int]
    numbers: Mapping[tuple[str, ...], int]
    endings: frozenset[str]
    suffixes: tuple[str, ...]
    never: frozenset[tuple[str, ...]]
    forms: Forms
    homophones: Mapping[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything a reply in one conversation is read with."""

    words: Mapping[str, int]
    # first word -> second -> all words and their flags, the longest first
    phrases: Mapping[str, Mapping[str, Sequence[tuple[list[str], int]]]]
    codes: tuple[str, ...]
    numbers: Mapping[str, Mapping[str, int]]  # first word -> all words together -> value
    endings: frozenset[str]
    forms: Forms  # of the first language, with the plurals of all
    own_words: Mapping[str, int]  # of the first language alone
    heads: tuple[str, ...]  # nouns in the singular that other nouns end in: "ootemuusika", "lainavirkailija"
    keywords: Mapping[str, frozenset[str]]
    keyword_starts: frozenset[str]  # first words of opt-out, opt-in and help phrases: most replies have none
    homophones: Mapping[int, frozenset[str]]
    alone: Mapping[
        str, "Vocabulary"
    ]  # of several languages: each with its own words, and the numbers and keywords of all

    def told_by(self, said: Sequence[str]) -> "Vocabulary":
        """Choose the language that knows more of these words than any other does; all together where none does.

        Estonian "see" may lead in a score, English "see" may not: what a word means is asked of the language it is said in.
        """
        best, most, tied = self, 0, False
        for one in self.alone.values():
            known = sum(map(one.words.__contains__, said))
            if CLEAR <= known == len(said) and one.own_words is self.own_words:
                return one  # the conversation's, which comes first: none can know more
            if known > most:
                best, most, tied = one, known, False
            elif known == most:
                tied = most < CLEAR or best.own_words is not self.own_words
        unclear = most < CLEAR and best.own_words is not self.own_words
        return self if tied or unclear else best

    def value_of(self, said: str) -> int | None:
        """Give the value of a number in words, None when it is none."""
        spelling = said.split()
        return self.numbers.get(spelling[0], {}).get("".join(spelling)) if spelling else None


def phrase_key(text: str) -> str:
    """Give a phrase as it is compared: its words and digits, normalised, joined by single spaces."""
    return " ".join(token.text for token in tokenise(text) if token.type <= Type.WORD)


def primary_code(language: str | None) -> str:
    """Cut a language tag: `"et-EE"` -> `"et"`; nothing -> `""`."""
    return (language or "").replace("_", "-").partition("-")[0].casefold()


@lru_cache(maxsize=1)
def languages_known() -> tuple[str, ...]:
    """List the codes of all language files, in order."""
    names = (entry.name for entry in resources.files(__package__).joinpath("languages").iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml") and name[:-5] != UNIVERSAL))


def _list(table: Mapping[str, Any], key: str) -> list[str]:
    return [entry.strip() for entry in table.get(key, "").replace("\n", ",").split(",") if entry.strip()]


def _lines(table: Mapping[str, Any], key: str = "patterns") -> tuple[str, ...]:
    return tuple(line.strip() for line in table.get(key, "").splitlines() if line.strip())


def _inflect(words: dict[str, int], inflections: Mapping[str, str]) -> None:
    """Add the further forms of every word that is praise or blame and nothing else."""
    for ending, others in inflections.items():
        dropped = normalise(ending)
        stems = [
            word.removesuffix(dropped)
            for word, flags in words.items()
            if flags == Word.PRAISE and word.endswith(dropped)
        ]
        for stem in stems:
            for other in others.split(","):
                words.setdefault(stem + normalise(other.strip()), Word.PRAISE)


@cache
def load_language(code: str) -> Language:
    """Read one language file. Raises FileNotFoundError for a language that has none, ValueError for a word list nobody reads."""
    file = resources.files(__package__).joinpath("languages", f"{code}.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    words: dict[str, int] = {}
    phrases: dict[tuple[str, ...], int] = {}
    for name in raw.get("words", {}):
        if name not in WORD_LISTS:
            raise ValueError(
                f"languages/{code}.toml: [words] {name!r} is no word list: use one of {', '.join(WORD_LISTS)}"
            )
        for entry in _list(raw["words"], name):
            pieces = tuple(token.text for token in tokenise(entry))
            if len(pieces) > 1:
                phrases[pieces] = phrases.get(pieces, 0) | WORD_LISTS[name]
            else:
                word = normalise(entry)
                words[word] = words.get(word, 0) | WORD_LISTS[name]
    _inflect(words, raw.get("inflections", {}))
    keywords, numbers = raw.get("keywords", {}), raw.get("numbers", {})
    return Language(
        code=code,
        print_opt_out=(_list(keywords, "opt_out") or ["STOP"])[0].upper(),
        keywords={
            name: frozenset(phrase_key(phrase) for phrase in _list(keywords, name)) for name in KEYWORDS
        },
        wishes=_lines(raw.get("wishes", {})),
        wish_classes=raw.get("wishes", {}).get("classes", {}),
        questions=_lines(raw.get("questions", {})),
        value_questions=_lines(raw.get("questions", {}), "values"),
        question_classes=raw.get("questions", {}).get("classes", {}),
        irony=_lines(raw.get("irony", {})),
        irony_classes=raw.get("irony", {}).get("classes", {}),
        joined=tuple(map(normalise, _list(raw.get("wishes", {}), "joined"))),
        wish_lists={
            name: frozenset(map(normalise, _list(raw.get("wishes", {}), name))) for name in WISH_LISTS
        },
        refusals={
            name: frozenset(map(normalise, _list(raw["refusals"], name))) for name in raw.get("refusals", {})
        },
        words=words,
        phrases=phrases,
        numbers={words_of(word): value for word, value in numbers.get("words", {}).items()},
        endings=frozenset(normalise(ending) for ending in _list(numbers, "endings")),
        suffixes=tuple(_list(numbers, "suffixes")),
        never=frozenset(words_of(word) for word in _list(numbers, "never")),
        forms=read_forms(raw.get("forms", {})),
        homophones={
            int(value): frozenset(map(normalise, _list(numbers["homophones"], value)))
            for value in numbers.get("homophones", {})
        },
    )


@lru_cache(maxsize=256)
def vocabulary(codes: tuple[str, ...]) -> Vocabulary:
    """Merge the words of `codes`, the conversation's language first, with those that every language shares.

    A reply that one language clearly tells is read by that language's words (`Vocabulary.told_by`). For the others word lists are
    united: what forbids a score in any language forbids it. A number word of a later language is left out where
    an earlier language uses the word for something else ("on" is ten in Turkish and "is" in Estonian).
    """
    first = codes[0] if codes else ""
    own = load_language(first) if first in languages_known() else None
    files = [load_language(code) for code in codes if code in languages_known()]
    shared = load_language(UNIVERSAL)
    words, phrases = dict(shared.words), dict(shared.phrases)
    numbers: dict[str, dict[str, int]] = {}
    for code in codes:
        file = load_language(code) if code in languages_known() else None
        spelled = {**spelled_numbers(code), **(file.numbers if file else {})}
        for suffix in file.suffixes if file else ():
            longer: dict[tuple[str, ...], int] = {
                (w[0] + suffix,): value for w, value in spelled.items() if len(w) == 1 and value != 1
            }
            spelled = {**longer, **spelled}
        for spelling, value in spelled.items():
            other_word = code != first and spelling[0] in words
            if not other_word and not (file and spelling in file.never):
                together = "".join(spelling)
                for start in {spelling[0], together}:
                    numbers.setdefault(start, {}).setdefault(together, value)
        for word, flags in (file.words if file else {}).items():
            words[word] = words.get(word, 0) | flags
        for pieces, flags in (file.phrases if file else {}).items():
            phrases[pieces] = phrases.get(pieces, 0) | flags
    keywords: dict[str, set[str]] = {name: set() for name in KEYWORDS}
    for code in languages_known():
        for name in KEYWORDS:
            if name in EVERYWHERE or code in codes:
                said = load_language(code).keywords[name]
                # "seis" is stop in Finnish, and six in Spanish.
                keywords[name] |= {phrase for phrase in said if code == first or phrase not in numbers}
    forms = replace(
        own.forms if own else Forms(),
        plural=tuple(ending for file in files for ending in file.forms.plural),
        nouns_capitalised=any(file.forms.nouns_capitalised for file in files),
        ordinal_dot=any(file.forms.ordinal_dot for file in files),
    )
    merged = Vocabulary(
        codes=codes,
        words=words,
        phrases=_by_first_words(phrases),
        numbers=numbers,
        endings=frozenset().union(*(file.endings for file in files)),
        forms=forms,
        own_words=own.words if own else {},
        heads=_heads(own),
        keywords={name: frozenset(phrases) for name, phrases in keywords.items()},
        keyword_starts=frozenset(phrase.split()[0] for name in COMMANDS for phrase in keywords[name]),
        homophones={value: words for file in files for value, words in file.homophones.items()},
        alone={},
    )
    if len(files) < 2:
        return merged
    alone = {file.code: vocabulary((file.code,)) for file in files}
    return replace(
        merged,
        alone={
            code: replace(
                one,
                codes=codes,
                numbers=merged.numbers,
                keywords=merged.keywords,
                keyword_starts=merged.keyword_starts,
            )
            for code, one in alone.items()
        },
    )


def _heads(language: Language | None) -> tuple[str, ...]:
    if language is None or not language.forms.counts_case or language.forms.own_script:
        return ()
    return tuple(
        word for word, flags in language.words.items() if flags & Word.ONE and len(word) >= SHORTEST_HEAD
    )


def _by_first_words(
    phrases: Mapping[tuple[str, ...], int],
) -> dict[str, dict[str, list[tuple[list[str], int]]]]:
    found: dict[str, dict[str, list[tuple[list[str], int]]]] = {}
    for pieces in sorted(phrases, key=len, reverse=True):
        begun = found.setdefault(pieces[0], {}).setdefault(pieces[1], [])
        begun.append((list(pieces), phrases[pieces] | Word.FIXED))
    return found


@lru_cache(maxsize=1024)
def spoken(language: str | None, languages: Sequence[str]) -> tuple[str, ...]:
    """List the codes a reply is read in, in order, each once. `languages` must be a tuple here (it is a cache key)."""
    return tuple(
        dict.fromkeys(code for code in (primary_code(language), *map(primary_code, languages)) if code)
    )


def opt_out_keyword(language: str) -> str:
    """Give the opt-out word to print in texts of `language` (a code such as `"et"`): "STOPP", "LOPETA" …; STOP where none is known."""
    code = primary_code(language)
    return load_language(code).print_opt_out if code in languages_known() else "STOP"
