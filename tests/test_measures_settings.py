"""The `[measures]` section: what it takes and what it refuses."""

from datetime import timedelta

import pytest

from surveys.measures.settings import MeasureSettings, load_settings
from surveys.measures.tables import TableError, TableProblem


def test_an_empty_section_is_the_defaults() -> None:
    assert load_settings({}) == MeasureSettings()
    assert load_settings({"lost_after": timedelta(days=180)}) == MeasureSettings()


def test_settings_are_read_as_the_configuration_writes_them() -> None:
    settings = load_settings(
        {
            "lost_after": "90 days",
            "margin": 0.3,
            "enquiry_touchpoints": ["phone"],
            "acsi_weights": [0.4, 0.3, 0.3],
        }
    )
    assert settings.lost_after == timedelta(days=90)
    assert (settings.margin, settings.enquiry_touchpoints, settings.acsi_weights) == (
        0.3,
        ("phone",),
        (0.4, 0.3, 0.3),
    )


def test_settings_from_the_environment_are_text() -> None:
    assert load_settings({"margin": "0.25", "first_contact_window": "2 weeks"}) == MeasureSettings(
        margin=0.25, first_contact_window=timedelta(weeks=2)
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"lost_after": "0 days"},
            "[measures] lost_after is 0:00:00; give a time above 0, such as 180 days.",
        ),
        ({"lost_after": "soon"}, "[measures] lost_after is 'soon'; write a number and days, weeks or hours"),
        (
            {"lost_after": 90},
            '[measures] lost_after is 90; write a number and days, weeks or hours, like "90 days".',
        ),
        ({"margin": 30}, "[measures] margin is 30.0; give a share above 0 and up to 1"),
        ({"margin": "much"}, "[measures] margin is 'much'; input should be a valid number"),
        ({"a_share": 0}, "a_share is 0.0"),
        ({"discount": -0.1}, "discount is -0.1; give a number of 0 or more"),
        ({"discount": float("nan")}, "discount is nan"),
        ({"acsi_weights": [0.5, 0.5]}, "acsi_weights [0.5, 0.5] add to 1; give three that add to 1"),
        ({"lost_afer": "9 days"}, "[measures] lost_afer is no key here; check its spelling or remove it."),
    ],
)
def test_impossible_settings_are_refused_with_key_value_and_fix(
    table: dict[str, object], message: str
) -> None:
    with pytest.raises(TableError) as caught:
        load_settings(table)
    assert message in str(caught.value)


def test_every_fault_can_be_told_on_its_own() -> None:
    with pytest.raises(TableError) as caught:
        load_settings({"margin": "much", "colour": 1})
    assert caught.value.problems[1] == TableProblem(
        "colour", "is no key here", "check its spelling or remove it"
    )
