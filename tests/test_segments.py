"""SMS encoding and segments: tables by position, borders, a second way of packing, look-alikes."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.segments import GSM_BASIC, GSM_EXTENSION, as_sms, explain_cost, measure_sms, plain_typography
from surveys.texts import LANGUAGES

# 3GPP TS 23.038, table 6.2.1: the characters by code, eight rows of sixteen (0x1B is the escape).
ROWS = (
    ("@£$¥èéùìòÇ\nØø\rÅå", 0x00),
    ("Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ", 0x10),
    (" !\"#¤%&'()*+,-./", 0x20),
    ("0123456789:;<=>?", 0x30),
    ("¡ABCDEFGHIJKLMNO", 0x40),
    ("PQRSTUVWXYZÄÖÑÜ§", 0x50),
    ("¿abcdefghijklmno", 0x60),
    ("pqrstuvwxyzäöñüà", 0x70),
)
# Table 6.2.1.1, by code after the escape.
EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}  # fmt: skip

BASIC = "".join(chars for chars, _ in ROWS).replace("\x1b", "")


def test_the_alphabet_is_that_of_the_standard_position_by_position() -> None:
    assert all(len(chars) == 16 for chars, _ in ROWS)
    assert frozenset(BASIC) == GSM_BASIC
    assert len(GSM_BASIC) == 127
    assert frozenset(EXTENSION.values()) == GSM_EXTENSION


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "characters"),
    [
        ("", "GSM-7", 1, 0),
        ("a" * 160, "GSM-7", 1, 160),
        ("a" * 161, "GSM-7", 2, 161),
        ("a" * 306, "GSM-7", 2, 306),
        ("a" * 307, "GSM-7", 3, 307),
        ("€" * 80, "GSM-7", 1, 160),
        ("€" * 81, "GSM-7", 2, 162),
        ("€" * 152, "GSM-7", 2, 304),  # 76 pairs a part: the 153rd septet stays empty
        ("€" * 153, "GSM-7", 3, 306),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 2, 164),
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 2, 305),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3, 306),
        ("õ", "UCS-2", 1, 1),
        ("õ" * 70, "UCS-2", 1, 70),
        ("õ" * 71, "UCS-2", 2, 71),
        ("õ" * 134, "UCS-2", 2, 134),
        ("õ" * 135, "UCS-2", 3, 135),
        ("😀" * 35, "UCS-2", 1, 70),
        ("😀" * 36, "UCS-2", 2, 72),
        ("😀" * 66, "UCS-2", 2, 132),  # 33 pairs a part: the 67th unit stays empty
        ("😀" * 67, "UCS-2", 3, 134),
        ("\N{RIGHT SINGLE QUOTATION MARK}", "UCS-2", 1, 1),
        ("`", "UCS-2", 1, 1),
        ("ç", "UCS-2", 1, 1),  # only the capital is in the alphabet
        ("Ç", "GSM-7", 1, 1),
        ("\x1b", "UCS-2", 1, 1),  # the escape is no character
        ("\t", "UCS-2", 1, 1),
    ],
)
def test_a_text_costs(text: str, encoding: str, segments: int, characters: int) -> None:
    measured = measure_sms(text)
    assert (measured.encoding, measured.segments, measured.characters) == (encoding, segments, characters)


def fewest_parts(widths: tuple[int, ...], part: int) -> int:
    """Pack from the other end, trying every border: no character is cut, no part too long."""

    @cache
    def from_position(at: int) -> int:
        if at == len(widths):
            return 0
        ends = [end for end in range(at + 1, len(widths) + 1) if sum(widths[at:end]) <= part]
        return 1 + min(from_position(end) for end in ends[-2:])

    for at in range(len(widths), -1, -20):  # keeps the recursion shallow
        from_position(at)
    return from_position(0)


sms_texts = st.one_of(
    st.text(alphabet=BASIC + "".join(EXTENSION.values()), max_size=400),
    st.text(alphabet="a€[", min_size=140, max_size=330),
    st.text(alphabet="aõ😀", min_size=60, max_size=210),
    st.text(max_size=200),
)


@given(sms_texts)
def test_segments_equal_those_of_an_exhaustive_packing(text: str) -> None:
    if set(text) <= set(BASIC) | set(EXTENSION.values()):
        widths = tuple(1 if char in BASIC else 2 for char in text)
        alone, part, encoding = 160, 153, "GSM-7"
    else:
        widths = tuple(len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in text)
        alone, part, encoding = 70, 67, "UCS-2"
    measured = measure_sms(text)
    assert measured.encoding == encoding
    assert measured.characters == sum(widths)
    assert measured.segments == (1 if sum(widths) <= alone else fewest_parts(widths, part))


@given(sms_texts)
def test_a_suggestion_is_gsm_and_a_gsm_text_needs_none(text: str) -> None:
    measured = measure_sms(text)
    assert (measured.encoding == "GSM-7") == (measured.costly == ())
    if measured.suggestion is None:
        assert measured.suggestion_segments is None
    else:
        assert measured.costly
        assert measure_sms(measured.suggestion).encoding == "GSM-7"
        assert measured.suggestion_segments == measure_sms(measured.suggestion).segments


def test_look_alikes_are_offered_where_they_exist() -> None:
    assert measure_sms("Kas kõik oli hästi – „jah“?").suggestion == 'Kas köik oli hästi - "jah"?'
    assert measure_sms("Šašlõkk, žürii…").suggestion == "Saslökk, zürii..."
    assert measure_sms("Привет").suggestion is None
    assert measure_sms("ok 👍").suggestion is None


def test_a_letter_from_another_keyboard_is_found() -> None:
    measured = measure_sms("A\N{CYRILLIC SMALL LETTER ES}me Auto")
    assert measured.costly == ("\N{CYRILLIC SMALL LETTER ES}",)
    assert measured.suggestion == "Acme Auto"


LONG_ESTONIAN = (
    "Acme Auto: kas soovitaksite meid oma tuttavatele? Vastake 0 (üldse mitte) või 10 (kindlasti)."
)


def test_the_cost_of_one_character_is_told_in_a_sentence() -> None:
    told = explain_cost(LONG_ESTONIAN, "en")
    assert told is not None
    assert told.startswith("'õ' turns this text into UCS-2: 2 segments instead of 1; without it 1.")
    assert told.endswith("Write instead: " + LONG_ESTONIAN.replace("õ", "ö"))


def test_several_characters_are_told_in_the_plural() -> None:
    told = explain_cost("õ" + "a" * 80 + "š 👍", "en")
    assert told == "'õ', 'š', '👍' turn this text into UCS-2: 2 segments instead of 1; without them 1."


@pytest.mark.parametrize("text", ["", "plain", "õ", "Спасибо за ответ. " * 10, "תודה על התשובה. " * 10])
def test_nothing_is_said_where_nothing_can_be_saved(text: str) -> None:
    """Short texts cost one segment anyway, and another script cannot be written in Latin letters."""
    assert explain_cost(text, "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cost_is_told_in_every_language(language: str) -> None:
    told = explain_cost(LONG_ESTONIAN, language)
    assert told is not None
    assert "UCS-2" in told
    assert "õ" in told


def test_typography_is_made_plain_only_where_that_is_enough_and_letters_stay() -> None:
    assert plain_typography("12\N{NO-BREAK SPACE}% – “ok”…") == '12 % - "ok"...'
    assert plain_typography("kõik – ok") == "kõik – ok"
    assert plain_typography("Žürii…") == "Žürii…"
    assert as_sms("“\u2068Acme\u2069”") == '"Acme"'
    assert as_sms("שלום \u2068Acme\u2069 – 5") == "שלום Acme – 5"
