"""Opt-outs said in any order of words: a clause that speaks of our messages, of ending them, and of nothing else.

Where wishes.py knows sentences, this knows words. `[refusals]` of a language file gives each its role; a trailing * takes any ending:

    cease     ends something: "stop", "sick", "disable"          message   what we send: "texts", "surveys"
    remove    takes something away: "delete"                     record    what we keep: "number", "list"
    dont      forbids: "don't"                                   write     what we do: "text", "contact"
    not       denies: "not"                                      bother    how it feels: "spam", "harass"
    want      is wished: "want", "consent", "interested"         aim       towards whom, how often: "me", "again"
    subject   before `dont` it tells, and does not ask: "you"    small     says nothing here: "the", "from", "week"

A clause with a word that has no role is about something else: "stop texting at work", "remove the tyre", "no text when it was ready".
"""

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
)
_BIT = {name: 1 << place for place, name in enumerate(ROLES)}
CEASE, REMOVE, DONT, NOT, WANT, SUBJECT, MESSAGE, RECORD, WRITE, BOTHER, AIM, SMALL, BREAK = _BIT.values()
TRIGGER = CEASE | REMOVE | DONT | NOT
OURS = MESSAGE | WRITE | BOTHER
FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Refusals:
    """The roles of one language's words."""

    words: dict[str, int]
    stems: dict[str, int]
    longest: int  # letters of a stem

    def role(self, word: str) -> int:
        """Give the roles of `word`, 0 for none; a stem counts where the word itself has none."""
        if (found := self.words.get(word)) is not None:
            return found
        for letters in range(min(len(word), self.longest), FEWEST_LETTERS - 1, -1):
            if found := self.stems.get(word[:letters]):
                return found
        return 0


@dataclass(frozen=True, slots=True)
class AllRefusals:
    """Every language's, and the words that make a clause worth a look."""

    languages: tuple[Refusals, ...]
    triggers: frozenset[str]


@lru_cache(maxsize=1)
def all_refusals() -> AllRefusals:
    """Read `[refusals]` of every language file, once. Raises ValueError for a role nobody knows."""
    found: list[Refusals] = []
    triggers: set[str] = set()
    for code in languages_known():
        words: dict[str, int] = {}
        stems: dict[str, int] = {}
        for name, entries in load_language(code).refusals.items():
            if name not in _BIT:
                raise ValueError(
                    f"languages/{code}.toml: [refusals] {name!r} is no role: use one of {', '.join(ROLES)}"
                )
            for entry in entries:
                table, key = (stems, entry[:-1]) if entry.endswith("*") else (words, entry)
                table[key] = table.get(key, 0) | _BIT[name]
        if words:
            found.append(Refusals(words, stems, max(map(len, stems), default=0)))
            triggers |= {word for word, bits in words.items() if bits & TRIGGER}
    return AllRefusals(tuple(found), frozenset(triggers))


def refuses(clause: list[str], ignored: frozenset[str]) -> bool:
    """Whether a clause asks us in some language to write no more; `ignored` are polite words and oaths of every language."""
    return any(_refuses(clause, ignored, language) for language in all_refusals().languages)


def _refuses(clause: list[str], ignored: frozenset[str], language: Refusals) -> bool:
    said, before = 0, 0
    known, told = True, False
    for word in [*clause, None]:
        role = language.role(word) if word is not None else BREAK
        if role & BREAK:
            if known and _is_refusal(said, told=told):
                return True
            said, before, known, told = 0, 0, True, False
            continue
        if role & DONT and role & SMALL and said & (CEASE | REMOVE):
            role = SMALL  # Estonian "ära" before a verb is "don't", after it "away"
        if not role and not word.isdecimal() and word not in ignored:
            known = False
        told = told or bool(role & DONT and before & SUBJECT)
        said |= role
        before = role
    return False


def _is_refusal(said: int, *, told: bool) -> bool:
    """Whether the roles of all words of a clause together make a refusal; two negations make none: "don't stop texting me"."""
    ends = bool(said & (CEASE | REMOVE))
    if said & (DONT | NOT):
        forbids = said & DONT and not told and said & (WRITE | BOTHER) and said & (AIM | MESSAGE)
        wants = said & WANT and (said & (MESSAGE | BOTHER) or (said & WRITE and said & AIM))
        return not ends and bool(forbids or wants)
    return ends and bool(said & OURS or (said & REMOVE and said & RECORD))
