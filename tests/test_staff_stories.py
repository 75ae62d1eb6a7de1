"""The story of a visit: every event has its sentence in every language, and the JSON has the manual's keys."""

import ast
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.stories import EVENTS, Story, story_json, story_lines, summary_json
from storage.rows import VisitRow
from surveys.texts import LANGUAGES, without_isolates
from surveys.visits import Visit
from tests.staff_world import NOW, ZONE

AT = datetime(2026, 11, 23, 12, 20, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


def visit(**facts: object) -> VisitRow:
    values = {
        **{field.name: None for field in fields(VisitRow)},
        "visit": Visit("v-881", "c-17", NOW, branch="Tartu"),
        "person_id": 1,
        "received_at": NOW,
        "visit_number": 1,
        "state": "answered",
        "detail": {},
        "survey": "nps",
        "channel": "sms",
        "due_at": AT,
        "asked_at": AT,
        **facts,
    }
    return VisitRow(**values)  # type: ignore[arg-type]


def told_events() -> set[str]:
    """Every event that the program tells of: the literal third argument of `tx.visits.tell(...)`."""
    found: set[object] = set()
    for path in ROOT.glob("bot/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "tell" and len(node.args) > 2:
                found.update(n.value for n in ast.walk(node.args[2]) if isinstance(n, ast.Constant))
    return {event for event in found if isinstance(event, str)}


def test_every_event_that_is_told_has_a_sentence() -> None:
    assert {"asked", "suppressed"} <= told_events() <= set(EVENTS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_told_in_every_language(event: str, language: str) -> None:
    lines = story_lines(visit(), [(AT, event, {})], language, ZONE)
    assert lines[-1].strip()
    assert "{" not in lines[-1]
    if language != "en":
        assert lines[-1] != story_lines(visit(), [(AT, event, {})], "en", ZONE)[-1]


def test_a_story_is_told_in_plain_sentences_by_the_organisations_clock() -> None:
    story: Story = [
        (AT, "asked", {"channel": "sms"}),
        (AT, "answered", {"question": "recommend", "value": 9, "late": False}),
        (AT, "corrected", {"question": "recommend", "value": 8, "from": 9, "late": False}),
    ]
    lines = [without_isolates(line) for line in story_lines(visit(), story, "en", ZONE)]
    assert lines == [
        "Visit v-881: answered",
        "22/11/2026, 17:00  the visit came in",
        "22/11/2026, 17:00  planned for 23/11/2026, 14:20",
        "23/11/2026, 14:20  asked by SMS",
        "23/11/2026, 14:20  answered: 9",
        "23/11/2026, 14:20  answer changed from 9 to 8",
    ]


def test_a_suppressed_visit_says_why() -> None:
    row = visit(
        state="suppressed",
        reason="cap",
        detail={"rule": "min_gap", "days": 41, "other": "v-102", "at_least": 90},
        due_at=None,
    )
    lines = story_lines(row, [], "en", ZONE)
    assert "not asked: asked 41 days ago about visit v-102" in lines[0]
    assert "not asked: asked 41 days ago about visit v-102" in lines[-1]


def test_an_event_of_a_newer_program_is_told_by_its_name() -> None:
    assert story_lines(visit(), [(AT, "teleported", {})], "en", ZONE)[-1].endswith("teleported")


def test_the_json_has_the_keys_of_the_manual() -> None:
    told = story_json(visit(), [(AT, "asked", {"channel": "sms"})], ZONE)
    assert list(told) == ["visit_id", "state", "reason", "due_at", "events"]
    assert told["due_at"] == "2026-11-23T14:20:00+02:00"
    assert [list(event) for event in told["events"]] == [["at", "event", "detail"]] * 3
    assert [event["event"] for event in told["events"]] == ["received", "planned", "asked"]
    assert summary_json(visit(), ZONE) == {key: value for key, value in told.items() if key != "events"}
