"""Every state and reason can be said in plain words."""

import pytest

from surveys.asking import Reason, explain
from surveys.explaining import REASONS, STATES

STATES_OF_THE_CONTRACT = [
    "planned",
    "asking",
    "asked",
    "answering",
    "answered",
    "suppressed",
    "expired",
    "withdrawn",
    "failed",
    "unknown",
]


def test_every_state_and_every_reason_has_its_sentence() -> None:
    assert list(REASONS) == list(Reason)
    assert sorted(STATES) == sorted(STATES_OF_THE_CONTRACT)
    assert all(explain(state, None, {}) for state in STATES)
    assert all(explain("suppressed", reason, {}).startswith("not asked") for reason in Reason)


@pytest.mark.parametrize(
    ("reason", "detail", "sentence"),
    [
        (
            "cap",
            {"rule": "min_gap", "other": "v-102", "days": 41, "at_least": 90},
            "not asked: asked 41 days ago about visit v-102 (at least 90 days apart)",
        ),
        (
            "cap",
            {"rule": "min_gap", "other": "v-102", "minutes": 30, "at_least_minutes": 720},
            "not asked: asked 30 minutes ago about visit v-102 (at least 12 hours apart)",
        ),
        (
            "cap",
            {"rule": "max_per_year", "times": 2, "at_most": 2, "other": "v-102"},
            "not asked: asked 2 times within a year already (at most 2), last about visit v-102",
        ),
        (
            "cap",
            {"rule": "same", "by": "employee", "value": "Mari", "times": 3, "at_most": 3, "period_days": 7},
            "not asked: asked 3 times within 7 days about Mari (employee) already (at most 3)",
        ),
        (
            "cap",
            {"rule": "never", "at_most": 0},
            "not asked: nobody is asked under this rule (at most 0 times a year)",
        ),
        ("stale", {"at_most_days": 3}, "not asked: the visit is more than 3 days old"),
        ("no_window", {"at_most_days": 1}, "not asked: no allowed moment within 1 day of the visit"),
        ("no_address", {"channels": "telegram, sms"}, "not asked: there is no address for Telegram, SMS"),
        ("not_sampled", {"per_mille": 250}, "not asked: not in the sample (25% of visits)"),
        (
            "quota",
            {"by": "branch", "value": "Tartu", "answers": 50, "target": 50},
            "not asked: this month there are 50 answers already for Tartu (branch), enough are 50",
        ),
        ("open_conversation", {"other": "v-1"}, "not asked: a conversation about visit v-1 is still open"),
        ("another_visit", {"other": "v-2"}, "not asked: visit v-2 of the same person was chosen instead"),
        ("opted_out", {}, "not asked: the customer wants no questions"),
        ("erased", {}, "not asked: the customer's data was erased"),
    ],
)
def test_a_reason_is_said_with_its_details(reason: str, detail: dict[str, str | int], sentence: str) -> None:
    assert explain("suppressed", reason, detail) == sentence


def test_an_unknown_language_is_spoken_to_in_english() -> None:
    assert explain("answered", None, {}, "xx") == "answered"


def test_braces_in_customer_data_are_data() -> None:
    said = explain("suppressed", "another_visit", {"other": "{0.__class__}"})
    assert said == "not asked: visit {0.__class__} of the same person was chosen instead"


@pytest.mark.parametrize(
    ("state", "reason", "detail", "sentence"),
    [
        ("withdrawn", None, {}, "asked, then withdrawn: the visit was opened again"),
        ("withdrawn", "opted_out", {}, "asked, then the customer wanted no more questions"),
        ("failed", "opted_out", {}, "not delivered: the customer opted out at the provider"),
        (
            "failed",
            "30005",
            {"code": "30005", "kind": "unreachable"},
            "not delivered: nobody can be reached at this number or chat",
        ),
        ("failed", "30008", {"code": "30008"}, "not delivered: the provider could not deliver it"),
    ],
)
def test_what_ended_a_question_is_said_in_words_and_never_as_a_code(
    state: str, reason: str | None, detail: dict[str, str], sentence: str
) -> None:
    assert explain(state, reason, detail) == sentence
