"""Number words of a language, from the Unicode spelling rules (CLDR) turned round: "üheksa" -> 9, "kymmenessä" -> 10."""

from functools import lru_cache

from surveys.reading.tokens import normalise

HIGHEST = 100
_CODES = {"nb": "no", "iw": "he"}


def words_of(spelled: str) -> tuple[str, ...]:
    """Normalise a spelled number word by word: "Twenty-one" -> ("twenty", "one")."""
    return tuple(normalise(part) for part in spelled.replace("-", " ").replace("־", " ").split())


@lru_cache(maxsize=128)
def spelled_numbers(language: str, *, base: bool = False) -> dict[tuple[str, ...], int]:
    """List every spelling of 0–100 in `language`, in all its cases and genders or, with `base`, only as it is counted; empty for a language without spelling rules.

    A spelling that two numbers share is left out. Takes 10–140 ms the first time, then nothing.
    """
    from unicode_rbnf import RbnfEngine

    code = _CODES.get(language, language)
    if code not in RbnfEngine.get_supported_languages():
        return {}
    engine = RbnfEngine.for_language(code)
    found: dict[tuple[str, ...], int] = {}
    shared: set[tuple[str, ...]] = set()
    for value in range(HIGHEST + 1):
        for ruleset, text in engine.format_number(value).text_by_ruleset.items():
            # Ordinals ("third") and years are no scores; helper rulesets give endings, not words.
            if base and ruleset not in {"spellout-numbering", "spellout-cardinal"}:
                continue
            if not ruleset.startswith("spellout-") or "ordinal" in ruleset or "year" in ruleset:
                continue
            words = words_of(text)
            if not words or words[0].isdecimal():
                continue
            if found.setdefault(words, value) != value:
                shared.add(words)
    return {words: value for words, value in found.items() if words not in shared}
