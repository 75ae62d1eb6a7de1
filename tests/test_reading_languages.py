"""Language files: complete where shipped, loud where wrong, and silent towards each other."""

from collections.abc import Sequence

import pytest
from unicode_rbnf import RbnfEngine

from surveys.reading import Kind, detect_language, opt_out_keyword, read_reply
from surveys.reading.forms import Forms, read_forms
from surveys.reading.patterns import compile_pattern
from surveys.reading.refusals import BOTHER, SMALL, compile_refusals
from surveys.reading.slips import mend_slips
from surveys.reading.spelled import spelled_numbers
from surveys.reading.tokens import tokenise
from surveys.reading.vocabulary import EVERYWHERE, KEYWORDS, languages_known, load_language
from surveys.reading.words import WORD_LISTS
from surveys.scale import Scale

SHIPPED = ("en", "et", "fi", "he", "ru")
NPS = Scale(0, 10)


@pytest.mark.parametrize("code", languages_known())
def test_every_file_loads_and_its_wishes_compile(code: str) -> None:
    language = load_language(code)
    assert language.keywords["opt_out"]
    assert all(
        compile_pattern(line, language.wish_classes, language.joined).elements for line in language.wishes
    )
    assert all(value in range(1001) for value in language.numbers.values())


@pytest.mark.parametrize("code", SHIPPED)
def test_shipped_languages_have_every_keyword_and_the_lists_that_keep_scores_safe(code: str) -> None:
    language = load_language(code)
    assert [name for name in KEYWORDS if name != "opt_out_here" and not language.keywords[name]] == []
    flags = 0
    for bits in language.words.values():
        flags |= bits
    missing = [name for name, bit in WORD_LISTS.items() if not flags & bit]
    assert set(missing) <= {"prefix", "partitive", "half", "at", "people", "heroes", "figure"} | (
        {"join"} if code == "he" else set()
    )
    assert len(language.wishes) >= 10


@pytest.mark.parametrize("code", RbnfEngine.get_supported_languages())
def test_no_keyword_that_holds_everywhere_is_a_number_word_of_any_language(code: str) -> None:
    numbers = {" ".join(words) for words in spelled_numbers(code)}
    for known in languages_known():
        for name in EVERYWHERE:
            assert not load_language(known).keywords[name] & numbers


@pytest.mark.parametrize("code", languages_known())
@pytest.mark.parametrize("other", SHIPPED)
def test_every_printed_opt_out_word_is_heard_in_every_conversation(code: str, other: str) -> None:
    assert read_reply(opt_out_keyword(code), NPS, language=other).kind is Kind.OPT_OUT


@pytest.mark.parametrize(
    "code", [*languages_known(), "it", "pt", "nl", "da", "nb", "tr", "ar", "hi", "ja", "zh", "el"]
)
def test_numbers_are_read_in_words_in_every_language(code: str) -> None:
    found = {
        value
        for words, value in spelled_numbers(code).items()
        if read_reply(" ".join(words), NPS, language=code).score == value
    }
    assert set(range(2, 11)) - found <= ({9} if code == "fa" else set())


def test_an_unknown_language_has_no_number_words() -> None:
    assert spelled_numbers("xx") == {}


@pytest.mark.parametrize("line", ["[please] stop", "{please} stop", "... stop", "stop* texting", "~"])
def test_a_wish_that_cannot_be_looked_up_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="first word must be written out"):
        compile_pattern(line)


@pytest.mark.parametrize(
    ("text", "languages", "language"),
    [
        ("üheksa, väga hea", ["en", "et", "ru"], "et"),
        ("девять", ["en", "et", "ru"], "ru"),
        ("nine", ["en", "et", "ru"], "en"),
        ("תשע", ["he", "en"], "he"),
        ("kymmenen, hyvä palvelu", ["et", "fi"], "fi"),
        ("дуже добре, дякую", ["uk", "ru"], "uk"),
        ("очень хорошо, спасибо", ["uk", "ru"], "ru"),
        ("thank you, it was very good", ["et", "en"], "en"),
        ("9", ["en", "et"], None),
        ("ok", ["en", "et"], None),
        ("", ["en", "et"], None),
        ("9", [], None),
    ],
)
def test_the_language_of_a_reply_is_told_only_when_it_is_clear(
    text: str, languages: Sequence[str], language: str | None
) -> None:
    assert detect_language(text, languages) == language


def test_what_the_form_of_a_word_tells_is_told_by_number_and_language() -> None:
    forms = read_forms({"uncounted": "r, ine", "uncounted_from_five": "а", "counts_case": True})
    assert forms.never_counts("tavaline", 2, proven=False)
    assert not forms.never_counts("meister", 2, proven=False)
    assert forms.never_counts("meister", 2, proven=True)
    assert forms.never_counts("машина", 6, proven=True)
    assert not forms.never_counts("машина", 3, proven=True)
    assert not Forms().never_counts("anything", 6, proven=True)


def test_a_form_that_nobody_knows_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="'plurals' is no form: use one of plural, uncounted"):
        read_forms({"plurals": "s"})


def test_a_wish_of_an_unknown_class_is_refused() -> None:
    with pytest.raises(ValueError, match="no class 'writ': use one of write"):
        compile_pattern("dont <writ> me", {"write": "text|message"})


def test_a_role_that_nobody_knows_is_named_with_those_that_are_known() -> None:
    with pytest.raises(
        ValueError, match=r"languages/xx.toml: \[refusals\] 'ceases' is no role: use one of cease"
    ):
        compile_refusals("xx", {"ceases": ["stop"]})


def test_the_longest_stem_tells_the_role() -> None:
    language = compile_refusals("xx", {"bother": ["harass*"], "small": ["har*", "hard"]})
    assert language.stem_role("harassing") == BOTHER
    assert language.stem_role("harvest") == SMALL
    assert not language.stem_role("ha")


@pytest.mark.parametrize("code", SHIPPED)
def test_slips_of_the_words_of_wishes_are_put_right_and_words_of_their_own_are_not(code: str) -> None:
    lists = load_language(code).wish_lists
    dropped = [word[:-2] + word[-1] for word in sorted(lists["slips"]) if len(word) > 5]
    assert any(mend_slips(tokenise(f"x {slip}"), ["x", slip]) for slip in dropped)
    near = [word for word in lists["near"] if mend_slips(tokenise(f"x {word}"), ["x", word])]
    assert near == []
    assert not lists["near"] & lists["slips"]
