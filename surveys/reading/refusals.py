"""Opt-outs said in any order of words: a clause that speaks of our messages, of ending them, and of nothing else.

Where wishes.py knows sentences, this knows words. `[refusals]` of a language file gives each its role; a trailing * takes any ending:

    cease     ends something: "stop", "sick", "disable"          message   what we send: "texts", "surveys"
    remove    takes something away: "delete"                     record    what we keep: "number", "list"
    dont      forbids: "don't"                                   write     what we do: "text", "contact"
    not       denies: "not"                                      bother    how it feels: "spam", "harass"
    want      is wished: "want", "consent", "interested"         aim       towards whom, how often: "me", "again"
    subject   before `dont` it tells, and does not ask: "you"    small     says nothing here: "the", "from", "week"
    break     begins another clause: "but", "because"            other     polite in other places, here a thing: "there"
    dislike   ends, if no "but" follows: "hate"                  done      after `subject` it tells what was done: "deleted"

A clause with a word that has no role is about something else: "stop texting at work", "remove the tyre", "no text when it was ready".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from surveys.reading.vocabulary import languages_known, load_language

ROLES = (
    "cease",
    "remove",
    "dont",
    "not",
    "want",
    "subject",
    "message",
    "record",
    "write",
    "bother",
    "aim",
    "small",
    "break",
    "other",
    "dislike",
    "done",
)
_BIT = {name: 1 << place for place, name in enumerate(ROLES)}
(
    CEASE,
    REMOVE,
    DONT,
    NOT,
    WANT,
    SUBJECT,
    MESSAGE,
    RECORD,
    WRITE,
    BOTHER,
    AIM,
    SMALL,
    BREAK,
    OTHER,
    DISLIKE,
    DONE,
) = _BIT.values()
TRIGGER = CEASE | REMOVE | DONT | NOT
OURS = MESSAGE | WRITE | BOTHER
FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Refusals:
    """The roles of one language's words."""

    words: dict[str, int]
    stems: dict[str, int]
    longest: int  # letters of a stem

    def stem_role(self, word: str) -> int:
        """Give the roles of the longest stem that `word` begins with, 0 for none."""
        for letters in range(min(len(word), self.longest), FEWEST_LETTERS - 1, -1):
            if found := self.stems.get(word[:letters]):
                return found
        return 0


def compile_refusals(code: str, roles: Mapping[str, Iterable[str]]) -> Refusals:
    """Read `[refusals]` of the language file of `code`. Raises ValueError for a role nobody knows."""
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    for name, entries in roles.items():
        if name not in _BIT:
            raise ValueError(
                f"languages/{code}.toml: [refusals] {name!r} is no role: use one of {', '.join(ROLES)}"
            )
        for entry in entries:
            table, key = (stems, entry[:-1]) if entry.endswith("*") else (words, entry)
            table[key] = table.get(key, 0) | _BIT[name]
    return Refusals(words, stems, max(map(len, stems), default=0))


@lru_cache(maxsize=1)
def all_roles() -> dict[str, Refusals]:
    """Compile `[refusals]` of every language file, once."""
    return {code: compile_refusals(code, load_language(code).refusals) for code in languages_known()}


@lru_cache(maxsize=1)
def all_refusals() -> dict[str, tuple[Refusals, ...]]:
    """Give the words that make a clause worth a look, each with the languages that have it."""
    triggers: dict[str, tuple[Refusals, ...]] = {}
    for language in all_roles().values():
        for word, bits in language.words.items():
            if bits & TRIGGER:
                triggers[word] = (*triggers.get(word, ()), language)
    return triggers


def refuses(clause: list[str], ignored: frozenset[str]) -> bool:
    """Whether a clause asks us in some language to write no more; `ignored` are polite words and oaths of every language."""
    triggers = all_refusals()
    asked: list[Refusals] = []
    for word in clause:
        for language in triggers.get(word, ()):
            if language not in asked:
                asked.append(language)
                if _refuses(clause, ignored, language):
                    return True
    return False


def _refuses(clause: list[str], ignored: frozenset[str], language: Refusals) -> bool:
    said, before, about_us, told = 0, 0, True, False
    roles, before_word = language.words, ""
    for word in clause:
        role = roles.get(word, 0)
        if role & BREAK:
            if about_us and not said & DISLIKE and _is_refusal(said, told=told):
                return True
            said, before, about_us, told = 0, 0, True, False
            continue
        if not about_us:
            continue
        if not role and word not in ignored:
            role = language.stem_role(word)
            about_us = bool(role) or word.isdecimal()
        if role & OTHER:
            about_us = False
        if role & SMALL and role & WRITE and not said & TRIGGER:
            role &= ~WRITE  # "I had to ask them to stop"
        if word == "not" and before_word == "do":
            role |= DONT
        before_word = word
        if role & DONT and role & SMALL and said & (CEASE | REMOVE):
            role = SMALL  # Estonian "ära" before a verb is "don't", after it "away"
        if role & DONE and before & SUBJECT:
            about_us = False
        told = told or bool(role & DONT and before & SUBJECT)
        said |= role
        before = role
    return about_us and _is_refusal(said, told=told)


def _is_refusal(said: int, *, told: bool) -> bool:
    """Whether the roles of all words of a clause together make a refusal; two negations make none: "don't stop texting me"."""
    ends = bool(said & (CEASE | REMOVE))
    if said & (DONT | NOT):
        forbids = said & DONT and not told and said & (WRITE | BOTHER) and said & (AIM | MESSAGE)
        # "en halua kirjoittaa viestiä" tells what the customer will not write, "en halua viestejä" what we shall not.
        theirs = said & BOTHER or (said & AIM if said & WRITE else said & MESSAGE)
        wants = said & WANT and theirs
        return not ends and bool(forbids or wants)
    return ends and bool(said & OURS or (said & REMOVE and said & RECORD))
