"""Scales as survey authors write them."""

import pytest

from surveys.scale import Scale


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("0-10", Scale(0, 10)),
        ("1–5", Scale(1, 5)),
        (" 1 - 5 ", Scale(1, 5)),
        ("-5-5", Scale(-5, 5)),
        ("-10--1", Scale(-10, -1)),
    ],
)
def test_a_scale_is_read(text: str, scale: Scale) -> None:
    assert Scale.parse(text) == scale


@pytest.mark.parametrize("text", ["", "10", "10-0", "5-5", "a-b", "1-", "-", "0..10", "1,5-3"])
def test_a_wrong_scale_is_refused_with_its_text_and_the_fix(text: str) -> None:
    with pytest.raises(ValueError, match="LOW-HIGH") as problem:
        Scale.parse(text)
    assert repr(text) in str(problem.value)


def test_a_scale_knows_its_values() -> None:
    scale = Scale(1, 5)
    assert list(scale.values()) == [1, 2, 3, 4, 5]
    assert 1 in scale
    assert 5 in scale
    assert 0 not in scale
    assert "1" not in scale
    assert Scale.parse(str(scale)) == scale


def test_an_empty_scale_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="lower number first"):
        Scale(5, 1)
