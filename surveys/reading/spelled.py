"""Number words of a language, from the Unicode spelling rules (CLDR) turned round: "üheksa" -> 9, "kymmenessä" -> 10."""

from functools import cache

from unicode_rbnf import RbnfEngine

from surveys.reading.tokens import normalise

HIGHEST = 100
_CODES = {"nb": "no", "iw": "he"}


def words_key(spelled: str) -> str:
    """A spelled number as one key: "twenty-one" and "twenty one" are "twentyone"."""
    return "".join(normalise(part) for part in spelled.replace("-", " ").replace("־", " ").split())


@cache
def spelled_numbers(language: str) -> dict[str, int]:
    """Every spelling of 0–100 in `language`, in all its cases and genders; empty for a language without spelling rules.

    A spelling that two numbers share is left out. Takes 10–140 ms the first time, then nothing.
    """
    code = _CODES.get(language, language)
    if code not in RbnfEngine.get_supported_languages():
        return {}
    engine = RbnfEngine.for_language(code)
    found: dict[str, int] = {}
    shared: set[str] = set()
    for value in range(HIGHEST + 1):
        for ruleset, text in engine.format_number(value).text_by_ruleset.items():
            # Ordinals ("third") and years are no scores; helper rulesets give endings, not words.
            if not ruleset.startswith("spellout-") or "ordinal" in ruleset or "year" in ruleset:
                continue
            key = words_key(text)
            if not key or key.isdecimal():
                continue
            if found.setdefault(key, value) != value:
                shared.add(key)
    return {key: value for key, value in found.items() if key not in shared}
