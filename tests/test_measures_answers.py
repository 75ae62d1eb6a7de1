"""Measures of questions: the vectors, the edges, and the errors that common sources make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.measures import ANSWER_MEASURES, band_limits, bands, compare, score
from surveys.measures.acsi import acsi
from surveys.measures.acsi import index as acsi_index
from surveys.measures.cli import cli
from surveys.measures.rates import response_rate, theme_rate, why_rate
from surveys.measures.weighted_csi import Parameter, weighted_csi
from surveys.measures.weighted_csi import index as weighted_index

OHIO = (0.3885, 0.3190, 0.2925)
SCALES = st.sampled_from([(0, 10), (1, 10), (1, 5), (1, 7), (1, 6), (0, 1), (1, 3), (1, 4)])


def test_nps_of_answers() -> None:
    result = score("nps", {10: 70, 9: 36, 8: 30, 7: 18, 6: 20, 0: 9})
    assert result.value == pytest.approx(100 * (106 - 29) / 183)
    assert (result.n, result.unit) == (183, "points")
    assert bands("nps", {10: 70, 9: 36, 8: 30, 7: 18, 6: 20, 0: 9}) == {
        "promoter": 106,
        "passive": 48,
        "detractor": 29,
    }


def test_the_scale_begins_at_zero_and_a_zero_is_a_detractor() -> None:
    assert score("nps", {0: 1, 10: 1}).value == 0
    assert band_limits("nps")["detractor"] == (0, 6)


def test_a_tie_of_promoters_and_detractors_is_a_score_of_zero() -> None:
    assert score("nps", {9: 3, 2: 3}).value == 0


@pytest.mark.parametrize("measure", sorted(ANSWER_MEASURES))
def test_no_answers_are_no_value(measure: str) -> None:
    result = score(measure, {})
    assert (result.value, result.low, result.high, result.n) == (None, None, None, 0)
    assert compare(measure, {}, {}).previous is None


@pytest.mark.parametrize("measure", sorted(ANSWER_MEASURES))
def test_a_change_from_no_answers_is_unknown(measure: str) -> None:
    low, high = ANSWER_MEASURES[measure].scale
    answers = {low: 3, high: 4}
    assert compare(measure, {}, answers).delta is None
    back = compare(measure, answers, {})
    assert (back.previous, back.delta) == (score(measure, answers).value, None)


@pytest.mark.parametrize("measure", sorted(ANSWER_MEASURES))
def test_previous_and_delta_are_those_of_the_plain_scores(measure: str) -> None:
    low, high = ANSWER_MEASURES[measure].scale
    before, after = {low: 30, high: 40}, {low: 10, high: 60}
    change = compare(measure, before, after)
    then, now = score(measure, before).value, score(measure, after).value
    assert then is not None
    assert now is not None
    assert (change.previous, change.delta) == pytest.approx((then, now - then))
    assert change.significant


def test_answers_outside_the_scale_are_no_answers_and_it_is_said() -> None:
    result = score("nps", {10: 2, 11: 3, -1: 1})
    assert (result.value, result.n, result.note) == (100, 2, "answers outside 0–10 left out: 4")
    assert bands("nps", {10: 2, 11: 3})["promoter"] == 2


def test_nps_on_another_scale_needs_its_own_bands() -> None:
    with pytest.raises(ValueError, match="no band 'promoter': ask 0–10"):
        score("nps", {5: 1}, (1, 5))
    own = {"promoter": (5, 5), "detractor": (1, 3)}
    assert score("nps", {5: 3, 4: 1, 1: 1}, (1, 5), own).value == pytest.approx(40)


def test_an_unknown_measure_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'nsp'.*nps, reverse_nps"):
        score("nsp", {})


def test_neutral_counts_as_dissatisfied() -> None:
    result = score("csi", {1: 20, 2: 15, 3: 20, 4: 35, 5: 10})
    assert (result.value, result.n) == (45, 100)
    assert (result.low, result.high) == pytest.approx((35.6145, 54.7554), abs=5e-5)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ((1, 5), {"satisfied": (4, 5), "neutral": (3, 3), "dissatisfied": (1, 2)}),
        ((1, 7), {"satisfied": (6, 7), "neutral": (4, 5), "dissatisfied": (1, 3)}),
        ((1, 10), {"satisfied": (9, 10), "neutral": (7, 8), "dissatisfied": (1, 6)}),
        ((1, 4), {"satisfied": (3, 4), "dissatisfied": (1, 2)}),
        ((1, 3), {"satisfied": (3, 3), "neutral": (2, 2), "dissatisfied": (1, 1)}),
        ((0, 1), {"satisfied": (1, 1), "dissatisfied": (0, 0)}),
    ],
)
def test_satisfaction_bands_of_a_scale(scale: tuple[int, int], expected: dict[str, tuple[int, int]]) -> None:
    assert band_limits("csi", scale) == expected


@given(st.sampled_from(["csi", "csat", "acsi", "cli", "fcr"]), SCALES)
def test_bands_cover_a_scale_once(measure: str, scale: tuple[int, int]) -> None:
    everything = dict.fromkeys(range(scale[0], scale[1] + 1), 1)
    assert sum(bands(measure, everything, scale).values()) == len(everything)


@given(st.sampled_from(sorted(ANSWER_MEASURES)), st.data())
def test_a_value_lies_in_its_interval(measure: str, data: st.DataObject) -> None:
    low, high = ANSWER_MEASURES[measure].scale
    counts = data.draw(st.dictionaries(st.integers(low, high), st.integers(1, 40), min_size=1))
    result = score(measure, counts)
    assert result.value is not None
    if result.n > 1:
        assert result.low is not None
        assert result.high is not None
        assert result.low <= result.value <= result.high


def test_mean_satisfaction_is_in_the_units_of_the_scale() -> None:
    result = score("csat", {10: 3, 7: 1, 5: 1})
    assert (result.value, result.unit, result.n) == (8.4, "mean", 5)
    assert score("csi", {10: 3, 7: 1, 5: 1}, (1, 10)).value == 60  # its top box, where one is wanted


def test_reverse_nps_is_a_mean_on_one_to_ten_without_bands() -> None:
    result = score("reverse_nps", {10: 1, 1: 1})
    assert (result.value, result.note) == (5.5, "50.0 of 100")
    assert bands("reverse_nps", {10: 1, 1: 1}) == {}
    assert ANSWER_MEASURES["reverse_nps"].scale == (1, 10)


def test_first_contact_resolution_is_yes_of_yes_and_no() -> None:
    result = score("fcr", {1: 7, 0: 13})
    assert (result.value, result.low) == pytest.approx((35, 18.1192), abs=5e-5)
    assert bands("fcr", {1: 7, 0: 13}) == {"resolved": 7, "unresolved": 13}
    assert "yes or no" in result.note


@pytest.mark.parametrize(
    ("means", "ohio", "equal"),
    [
        ((8, 7, 7), 70.9833, 70.3704),
        ((10, 10, 10), 100, 100),
        ((1, 1, 1), 0, 0),
        ((7.6, 7.1, 6.9), 69.2861, 68.8889),
        ((5.5, 5.5, 5.5), 50, 50),
        ((9, 6, 3), 58.7556, 55.5556),
    ],
)
def test_acsi_style_index(means: tuple[float, ...], ohio: float, equal: float) -> None:
    assert acsi_index(means, OHIO) == pytest.approx(ohio, abs=5e-5)
    assert acsi_index(means) == pytest.approx(equal, abs=5e-5)
    assert acsi_index(means) == pytest.approx((sum(means) - 3) / 27 * 100)


def test_acsi_counts_complete_responses_only_and_asks_three_different_questions() -> None:
    result = acsi([(8, 7, 7), (10, 10, 10), (9, None, 9), (11, 5, 5)])
    assert result.value == pytest.approx((70.3704 + 100) / 2, abs=5e-5)
    assert result.n == 2
    assert result.note == "incomplete responses left out: 2"
    assert acsi([(1, None, 2)]).value is None
    assert acsi([(8, 7, 7)]).low is None


def test_acsi_weights_must_add_to_one() -> None:
    with pytest.raises(ValueError, match=r"add to 1\.1; give 3 that add to 1"):
        acsi_index((8, 7, 7), (0.5, 0.3, 0.3))


def test_a_single_acsi_question_stands_on_0_to_100() -> None:
    result = score("acsi", {1: 1, 10: 1})
    assert (result.value, result.unit) == (50, "percent")


@pytest.mark.parametrize(
    ("answers", "mean", "percent"),
    [((1, 1, 1), 1, 100), ((6, 6, 6), 6, 0), ((1, 2, 3), 2, 80), ((2, 3, 4), 3, 60), ((3, 4, 5), 4, 40)],
)
def test_loyalty_is_best_at_one_and_says_so(answers: tuple[int, ...], mean: float, percent: float) -> None:
    result = cli([answers])
    assert (result.value, result.better) == (mean, "down")
    assert result.note == f"1 is best; {percent:.1f} of 100"


def test_an_incomplete_loyalty_triple_is_left_out() -> None:
    result = cli([(1, None, 2), (1, 2, 3), (3, 4, 5)])
    assert (result.value, result.n) == (3, 2)
    assert result.note == "1 is best; 60.0 of 100; incomplete responses left out: 1"
    assert cli([(1, None, 2)]).value is None


def test_a_worse_loyalty_is_a_rising_mean() -> None:
    change = compare("cli", {1: 20, 2: 20}, {5: 20, 6: 20})
    assert change.delta == 4
    assert ANSWER_MEASURES["cli"].better == "down"
    assert bands("cli", {1: 2, 3: 1, 6: 4}) == {"loyal": 2, "undecided": 1, "leaving": 4}


@pytest.mark.parametrize(
    ("importance", "satisfaction", "scale", "expected"),
    [
        ((7, 5, 9, 3, 6), (8, 4, 8, 3, 4), (1, 10), 55.9259),
        ((5, 4, 3), (4, 3, 5), (1, 5), 72.9167),
        ((7, 7, 7), (7, 7, 7), (1, 7), 100),
        ((7, 1), (1, 7), (1, 7), 12.5),
        ((1, 1, 1), (1, 1, 1), (1, 7), 0),
        ((6.2, 5.1, 4.4), (5.5, 6.0, 3.2), (1, 7), 66.9639),
    ],
)
def test_importance_times_satisfaction(
    importance: tuple[float, ...], satisfaction: tuple[float, ...], scale: tuple[int, int], expected: float
) -> None:
    assert weighted_index(importance, satisfaction, scale) == pytest.approx(expected, abs=5e-5)


def test_a_worst_answer_is_zero_and_not_a_seventh() -> None:
    assert weighted_csi({"price": Parameter({7: 9}, {1: 9})}, (1, 7)).value == 0


def test_a_parameter_without_answers_is_dropped_and_named() -> None:
    parameters = {
        "speed": Parameter({5: 10}, {4: 10}),
        "parking": Parameter({5: 10}, {}),
        "price": Parameter({3: 4, 5: 4}, {2: 8}),
    }
    result = weighted_csi(parameters, (1, 5))
    assert result.value == pytest.approx((5 * 75 + 4 * 25) / 9)
    assert (result.n, result.note) == (8, "without parking: no answers")
    assert result.value is not None
    assert result.low is not None
    assert result.high is not None
    assert 0 <= result.low < result.value < result.high <= 100


def test_nothing_important_is_no_index() -> None:
    assert weighted_index((0, 0), (5, 5), (0, 10)) is None
    assert weighted_csi({}, (1, 5)).value is None
    assert weighted_csi({"speed": Parameter({5: 1}, {5: 1})}, (1, 5)).low is None


def test_response_rate_says_what_it_is_a_share_of() -> None:
    assert response_rate(183, 402).value == pytest.approx(45.5224, abs=5e-5)
    assert (response_rate(80, 100, 90).n, response_rate(80, 100, 90).note) == (90, "of delivered")
    assert response_rate(0, 0).value is None
    assert response_rate(5, 4).value == 100


def test_where_nobody_was_asked_there_is_no_response_rate_and_it_is_said() -> None:
    assert (response_rate(5, 0).value, response_rate(5, 0).note) == (None, "nobody was asked in the period")


def test_whys_and_themes_are_shares() -> None:
    assert why_rate(3, 4).value == 75
    assert theme_rate(8, 10).value == 80
    assert why_rate(0, 0).value is None
