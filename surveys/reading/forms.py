"""What the form of a word tells: whether a number before it counts it. Endings, one list per kind, in `[forms]` of a language file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from surveys.reading.tokens import normalise

FIVE = 5  # from here, and for zero, Slavic languages count in another form


@dataclass(frozen=True, slots=True)
class Forms:
    """Endings of words, and how a language counts. Each list may be empty: then form tells nothing."""

    plural: tuple[str, ...] = ()  # of what is counted: "tyre-s", "мастер-ов"
    uncounted: tuple[str, ...] = ()  # of what is never counted: Estonian counts no word that ends in -r
    uncounted_from_five: tuple[str, ...] = ()  # … by five or more: Russian counts none then that ends in -а
    uncounted_below_five: tuple[
        str, ...
    ] = ()  # … by two, three and four: Russian counts none then that ends in -т
    not_of_one: tuple[str, ...] = ()  # of verbs that are said of many, which one cannot count: "1 содрали"
    verbal: tuple[str, ...] = ()  # of verbs, which nothing counts: "sõimati", "обманули"
    past: tuple[
        str, ...
    ] = ()  # of verbs where a noun stands before, and of adjectives elsewhere: "the room smell-ed"
    postposed: tuple[
        str, ...
    ] = ()  # words (not endings) that say after a noun what a score is for: "2 pingutuse eest"
    genitive: tuple[str, ...] = ()  # of whose something is: "2 Saksa-n turistia"
    of_many: tuple[str, ...] = ()  # of verbs that are said of many: "2 tuba ol-id"
    proofs: tuple[str, ...] = ()  # of words that are surely of this language
    dative: tuple[str, ...] = ()  # of whom a score is for: "10 Marile"
    closing: tuple[str, ...] = ()  # of words that take no number after them: "wouldn't stop talk-ing 4"
    agreeing: tuple[str, ...] = ()  # of praise of what a score is for: "10 hyvästä palvelusta"
    elative: tuple[str, ...] = ()  # of those of whom some are counted: "3 teie inimesest"
    counts_plural: bool = False  # nothing is counted but plurals
    counts_case: bool = False  # what is counted has a case of its own, also after zero
    past_is_fact: bool = False  # "when" and a verb of the past tell what was, and no condition
    joined: str = ""  # a letter that is "and", written together with the next word: Hebrew "ו"
    article: str = ""  # a letter that is "the", likewise: Hebrew "ה"
    compounds: bool = False  # a noun may stand before a noun: "3 course meal"
    own_script: bool = False  # its letters tell the language
    nouns_capitalised: bool = False  # a capital makes no name
    ordinal_dot: bool = False  # "3." is also "third"

    def never_counts(self, word: str, number: int | None, *, proven: bool) -> bool:
        """Whether `word` has a form that `number` (None: any) cannot count.

        `proven` says that the text is in this language; where it is not, only endings of three letters and more tell anything.
        """
        many = number is not None and (number >= FIVE or not number)
        if many and proven and word.endswith(self.uncounted_from_five):
            return True
        few = number is not None and 1 < number < FIVE
        if few and proven and word.endswith(self.uncounted_below_five):
            return True
        if not word.endswith(self.uncounted):
            return False
        return proven or any(len(ending) > 2 and word.endswith(ending) for ending in self.uncounted)


def read_forms(table: Mapping[str, Any]) -> Forms:
    """Read `[forms]`: comma-separated endings and yes-or-no facts. Raises ValueError for a key that is neither."""
    known = {field.name: field.default for field in fields(Forms)}
    if unknown := sorted(set(table) - set(known)):
        raise ValueError(f"[forms] {unknown[0]!r} is no form: use one of {', '.join(known)}")
    read: dict[str, Any] = {
        key: value
        if isinstance(value, bool) or isinstance(known[key], str)
        else tuple(normalise(part.strip()) for part in value.split(","))
        for key, value in table.items()
    }
    return replace(Forms(), **read)
