"""Phone numbers: what people and systems write becomes E.164, what cannot be a customer's phone is refused."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.numbering import numbering_plan
from surveys.phones import PhoneProblem, calling_code, can_text, country_of, normalise_phone, zones_of

WRITTEN = [
    ("+37255550100", "EE", "+37255550100"),
    ("+3725555010", "EE", "+3725555010"),  # seven digits: a range the library does not list, but possible
    ("+372 5555 0100", "US", "+37255550100"),
    ("5555 0100", "EE", "+37255550100"),
    ("55550100", "EE", "+37255550100"),
    ("37255550100", "EE", "+37255550100"),
    ("37255550100.0", "EE", "+37255550100"),
    ("00372 5555 0100", "EE", "+37255550100"),
    ("0037255550100", "US", "+37255550100"),
    ("+372 (0) 5555 0100", "EE", "+37255550100"),
    ("+372 (5555) 01-00", "EE", "+37255550100"),
    ("+372.5555.0100", "EE", "+37255550100"),
    ("+372\u00a05555\u20110100", "EE", "+37255550100"),
    ("\u202a+372 5555 0100\u202c", "EE", "+37255550100"),
    ("'+37255550100", "EE", "+37255550100"),
    ("tel:+372-5555-0100", "EE", "+37255550100"),
    ("+３７２ ５５５５ ０１００", "EE", "+37255550100"),
    ("٥٥٥٥٠١٠٠", "EE", "+37255550100"),
    ("8 (912) 345-67-89", "RU", "+79123456789"),
    ("+7 912 345-67-89", "EE", "+79123456789"),
    ("07700 900123", "GB", "+447700900123"),
    ("+44 (0)7700 900123", "EE", "+447700900123"),
    ("(202) 555-0123", "US", "+12025550123"),
    ("1-202-555-0123", "US", "+12025550123"),
    ("06 698 12345", "IT", "+390669812345"),
    ("672 5010", "EE", "+3726725010"),  # a landline
    ("800 1234", "EE", "+3728001234"),  # free of charge for the caller
]

REFUSED = [
    ("112", "EE", "too short"),
    ("1234", "EE", "too short"),
    ("+372 12", "EE", "too short"),
    ("+372 5555 0100 0100", "EE", "too long"),
    ("12345678901234567890", "EE", "too long"),
    ("555 0100", "US", "lacks the area code"),
    ("+999 5555 0100", "EE", "no country has that code"),
    ("900 1234", "EE", "premium-rate"),
    ("+372 900 1234", "EE", "premium-rate"),
    ("+44 909 879 0000", "EE", "premium-rate"),
    ("call Mari", "EE", "no digits"),
    ("-", "EE", "no digits"),
    ("+", "EE", "no digits"),
    ("1-800-FLOWERS", "US", "not one phone number"),
    ("3.72556E+10", "EE", "not one phone number"),
    ("5555 0100 ext 5", "EE", "not one phone number"),
    ("5555 0100, 5555 0101", "EE", "not one phone number"),
    ("5555 0100; 5555 0101", "EE", "not one phone number"),
    ("=5555+0100", "EE", "not one phone number"),
    ("5555 0100 / 5555 0101", "EE", "too long"),
    ("9" * 5000, "EE", "not one phone number"),
]


@pytest.mark.parametrize(("written", "country", "expected"), WRITTEN)
def test_a_number_however_written_becomes_e164(written: str, country: str, expected: str) -> None:
    assert normalise_phone(written, country) == expected


@pytest.mark.parametrize(("written", "country", "problem"), REFUSED)
def test_what_cannot_be_a_customers_phone_is_refused_with_value_reason_and_fix(
    written: str, country: str, problem: str
) -> None:
    with pytest.raises(PhoneProblem) as caught:
        normalise_phone(written, country)
    assert problem in caught.value.problem
    assert written[:10] in str(caught.value)
    assert "write it like" in str(caught.value)


@pytest.mark.parametrize("expected", sorted({expected for _, _, expected in WRITTEN}))
def test_normalising_twice_changes_nothing(expected: str) -> None:
    assert normalise_phone(expected, "EE") == expected


@given(
    code=st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    national=st.from_regex(r"[0-9]{3,12}", fullmatch=True),
)
def test_a_complete_number_is_read_exactly_as_the_library_reads_it(code: int, national: str) -> None:
    written = f"+{code}{national}"
    number = phonenumbers.parse(written)
    kind = phonenumbers.number_type(number)
    extra_cost = kind in {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST}
    if phonenumbers.is_possible_number_with_reason(number) == 0 and not extra_cost:
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        assert normalise_phone(written, "EE") == expected
        if phonenumbers.is_valid_number(number):
            assert normalise_phone(expected, "EE") == expected
            assert can_text(expected) == (kind != phonenumbers.PhoneNumberType.FIXED_LINE)
    else:
        with pytest.raises(PhoneProblem):
            normalise_phone(written, "EE")


def test_a_landline_is_a_number_but_takes_no_sms() -> None:
    assert not can_text("+3726725010")
    assert can_text("+37255550100")
    assert can_text("+12025550123")  # mobile or landline: one range in North America
    assert can_text("+447700900123")  # not in the library's lists: tried, the provider will tell


def test_the_country_of_a_number_is_told_also_where_countries_share_a_code() -> None:
    assert country_of("+37255550100") == "EE"
    assert country_of("+12025550123") == "US"
    assert country_of("+14165550123") == "CA"
    assert country_of("+77012345678") == "KZ"
    assert country_of("+881612345678") is None  # a satellite network
    assert country_of("+447700900123") is None  # a number for films


def test_zones_are_guessed_from_a_number_where_it_tells_any() -> None:
    assert [zone.key for zone in zones_of("+37255550100")] == ["Europe/Bucharest"]  # right hour, wrong name
    assert [zone.key for zone in zones_of("+12025550123")] == ["America/New_York"]
    assert len(zones_of("+79123456789")) > 5
    assert zones_of("+881612345678") == ()


def test_what_is_not_e164_has_no_calling_code() -> None:
    with pytest.raises(ValueError, match="not a number in E"):
        calling_code("0999")


SINGLE_COUNTRIES = sorted(
    code for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE if numbering_plan(str(code))
)


@given(st.sampled_from(SINGLE_COUNTRIES), st.from_regex(r"[0-9]{2,13}", fullmatch=True), st.integers(0, 10))
def test_a_numbering_plan_tells_what_the_library_tells(code: int, digits: str, kind: int) -> None:
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0]
    example = phonenumbers.example_number_for_type(region, kind)
    real = phonenumbers.national_significant_number(example) if example else ""
    plan = numbering_plan(str(code))
    assert plan is not None
    for national in (digits, digits[:1] + real[1:], real[:-2] + digits[:2]):
        zeros = len(national) - len(national.lstrip("0"))
        if not len(national) - zeros > 0:
            continue
        number = phonenumbers.PhoneNumber(
            country_code=code,
            national_number=int(national),
            italian_leading_zero=bool(zeros) or None,
            number_of_leading_zeros=zeros if zeros > 1 else None,
        )
        possible = phonenumbers.is_possible_number_with_reason(number)
        assert plan.type_of(national) == phonenumbers.number_type(number)
        assert plan.has_length(national) == (possible == phonenumbers.ValidationResult.IS_POSSIBLE)
