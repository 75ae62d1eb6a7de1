"""Number words with one slip of the finger: "fiev", "kaheska", "восемт".

A slip counts only where one number word is so near and the word is none of the language's own. The shorter the number word, the fewer
slips are read: every second word is one letter away from "five", none from "kaheksa". One is an article in many languages, and is never
read from a slip.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from surveys.reading.spelled import spelled_numbers
from surveys.reading.vocabulary import languages_known, load_language

HIGHEST = 10
SWAPS = 4  # letters of a number word, from here two neighbours may be swapped
DROPS = 5  # … one may be missing
PAIR = 2
LONGEST = 12
ANY = 6  # … any two may be swapped, one may be another or one too many, but never the first


def misspelt(word: str, codes: tuple[str, ...]) -> int | None:
    """Give the number that `word` is a slip of in one of the languages `codes`; None where there is none, or more than one."""
    if len(word) < SWAPS or len(word) > LONGEST:
        return None
    return _meant(word, codes)


@lru_cache(maxsize=4096)
def _meant(word: str, codes: tuple[str, ...]) -> int | None:
    meant = {value for code in codes for value in _near(word, code)}
    return meant.pop() if len(meant) == 1 else None


def _near(word: str, code: str) -> Iterator[int]:
    index = _index(code)
    if not index or word in load_language(code).words or (word,) in load_language(code).never:
        return
    for pattern in shared_spellings(word):
        for spelling, value in index.get(pattern, ()):
            if is_slip(word, spelling):
                yield value


def shared_spellings(word: str) -> set[str]:
    """Give what two words that are one slip apart have in common: themselves, all but one letter, or the letters in order."""
    return {word, " ".join(sorted(word)), *(word[:at] + word[at + 1 :] for at in range(len(word)))}


@cache
def _index(code: str) -> dict[str, list[tuple[str, int]]]:
    """List the number words of a language by their patterns."""
    if code not in languages_known():
        return {}
    further = load_language(code).numbers
    words = {
        spelling[0]: value
        for spelling, value in [*spelled_numbers(code, base=True).items(), *further.items()]
        if len(spelling) == 1
        and value <= HIGHEST
        and value != 1
        and (spelling not in further or len(spelling[0]) >= ANY)
    }
    found: dict[str, list[tuple[str, int]]] = {}
    for word, value in words.items():
        for pattern in shared_spellings(word):
            found.setdefault(pattern, []).append((word, value))
    return found


def is_slip(word: str, spelling: str) -> bool:
    """Whether one slip makes `word` of `spelling`: a letter doubled, two swapped, one missing, one too many, one for another."""
    at = next(
        (i for i, (a, b) in enumerate(zip(word, spelling, strict=False)) if a != b),
        min(len(word), len(spelling)),
    )
    longer = len(word) - len(spelling)
    if longer == 1 and word[:at] + word[at + 1 :] == spelling:
        return word[at] == word[at - 1] if at and len(spelling) < ANY else at > 0
    if len(spelling) < SWAPS or not at:
        return False
    if longer == -1:
        return len(spelling) >= DROPS and word == spelling[:at] + spelling[at + 1 :]
    if longer:
        return False
    differing = [(a, b) for a, b in zip(word[at:], spelling[at:], strict=True) if a != b]
    beside = word[at + 2 :] == spelling[at + 2 :]
    swapped = (
        len(differing) == PAIR and differing[0] == differing[1][::-1] and (beside or len(spelling) >= ANY)
    )
    return swapped or (len(differing) == 1 and len(spelling) >= ANY)
