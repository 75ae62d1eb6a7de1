"""Survey texts: what an author may write, what he may not, and what customers' data can never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.definition_error import SurveyError
from surveys.templates import TEMPLATE_NAMES, compile_template, render

VISIT = {"organisation": "Acme Auto", "name": "Liis", "branch": "Tartu", "employee": "Mari"}


def shown(source: str, values: dict[str, str | None] | None = None, language: str = "en") -> str:
    return render(
        compile_template(source, "test.toml", "text"), VISIT if values is None else values, language=language
    )


def test_values_and_conditions_are_filled_in() -> None:
    assert (
        shown("{{ organisation }}: thank you{% if name %}, {{ name }}{% endif %}!")
        == "Acme Auto: thank you, Liis!"
    )
    assert shown("{% if branch == 'Tartu' and not product %}a{% else %}b{% endif %}") == "a"
    assert shown("{{ product|default('your car') }} {{ name|upper }}") == "your car LIIS"


@pytest.mark.parametrize("missing", [{}, {"name": ""}, {"name": None}, {"name": " \n"}])
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Thank you, {{ name }}!", "Thank you!"),
        ("Hi {{ name }}, how was it?", "Hi, how was it?"),
        ("{{ name }}, how was it?", "How was it?"),
        ("How was it at {{ name }} ?", "How was it at?"),
        ("Was {{ name }} kind?", "Was kind?"),
        ("Thank you ({{ name }}) so much.", "Thank you so much."),
        ("{{ name }} {{ branch }} {{ employee }}", ""),
        ("First {{ name }}\nsecond", "First\nsecond"),
        ("Thank you{% if name %}, {{ name }}{% endif %}!", "Thank you!"),
        ("{{ name or 'Customer' }}: yes", "Customer: yes"),
        ("{{ name|upper }}{{ name|default('x') }}", "X"),
    ],
)
def test_a_missing_value_leaves_no_trace(source: str, expected: str, missing: dict[str, str | None]) -> None:
    assert shown(source, missing) == expected


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("Hello {{ nam }}", "did you mean 'name'"),
        ("Hello {{ customer }}", "there is no value 'customer'"),
        ("{{ name", "line 1 of the text"),
        ("{% if name %}Hello", "line 1 of the text"),
        ("{% for x in name %}{{ x }}{% endfor %}", "take out the for"),
        ("{{ range(10**9) }}", "take out the"),
        ("{{ name * 1000000000 }}", "take out the mul"),
        ("{{ 'a' ~ 'b' }}", "take out the concat"),
        ("{{ name.__class__.__mro__ }}", "take out the getattr"),
        ("{{ name['__class__'] }}", "take out the getitem"),
        ("{{ name.upper() }}", "take out the"),
        ("{{ name|attr('__class__') }}", "filter 'attr'"),
        ("{{ name|center(1000000000) }}", "filter 'center'"),
        ("{% set x = 1 %}", "take out the assign"),
        ("{% macro m() %}{% endmacro %}", "take out the macro"),
        ("{% include 'x' %}", "take out the include"),
        ("{% extends 'x' %}", "take out the extends"),
        ("{{ self }}", "there is no value 'self'"),
        ("{{ lipsum }}", "there is no value 'lipsum'"),
        ("{{ [1] }}", "take out the list"),
        ("   ", "write the text"),
        ("a" * 2001, "shorten it: 2001 characters"),
        ("\ue000", "U+E000"),
        ("{{ " + "(" * 900 + "name" + ")" * 900 + " }}", "fewer brackets"),
        ("{{ " + "not " * 450 + "name }}", "fewer brackets"),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_with_file_key_value_and_fix(source: str, part: str) -> None:
    with pytest.raises(SurveyError) as caught:
        compile_template(source, "nps.toml", "thanks.en")
    error = caught.value
    assert (error.where, error.key, error.value) == ("nps.toml", "thanks.en", source)
    assert part in error.fix
    assert str(error).startswith("nps.toml: thanks.en = ")


def test_customers_text_is_data() -> None:
    evil = "{{ 7*7 }}{% for x in range(9) %}<b>*_&"
    assert shown("Hi {{ name }}!", {"name": evil}) == f"Hi {evil}!"


def test_values_are_one_line_without_characters_that_reorder_or_hide() -> None:
    assert shown("Hi {{ name }}!", {"name": "Li\r\n\tis\x00 \u202eevil\u2066 \ue000x"}) == "Hi Li is evil x!"
    assert len(shown("{{ name }}", {"name": "x" * 100_000})) == 200


def test_a_value_in_the_other_direction_is_isolated() -> None:
    assert shown("כאן {{ organisation }}. תודה", language="he") == "כאן \u2068Acme Auto\u2069. תודה"
    assert shown("Hi {{ name }}!", {"name": "דנה"}) == "Hi \u2068דנה\u2069!"
    assert shown("Привет, {{ name }}!", {"name": "Anna"}, language="ru") == "Привет, Anna!"
    link = "https://t.me/acme_bot?start=x"
    assert shown("קישור: {{ telegram_link }}", {"telegram_link": link}, language="he") == f"קישור: {link}"


@given(
    st.dictionaries(st.sampled_from(sorted(TEMPLATE_NAMES)), st.none() | st.text(max_size=300)),
    st.sampled_from(["en", "he", "xx"]),
)
def test_rendering_never_raises_and_shows_no_gap(values: dict[str, str | None], language: str) -> None:
    source = "{{ organisation }}, ({{ name }}) {{ branch }}: {{ employee }}! {% if product %}{{ product }}{% endif %}."
    text = shown(source, values, language)
    assert "\ue000" not in text
    assert text == text.strip()
    assert len(text) < 1_100
