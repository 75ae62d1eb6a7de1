"""Flow scripts: one TOML file per path through a conversation, found by its name.

A script begins with comments that say what it shows, then `survey`, `language` (absent: not known), `channel`
("telegram" or "sms"), `visit_number`, `layer = "service"` where only the whole service knows the path, `[policy]` with
what differs from the default, `[customer]` with name, branch, employee. Then `[[steps]]`: what happens

    asked = true                the first question goes out      text = "9"          the customer types
    press = "9"                 a button (`on` a question)        media = "photo"     something without words
    edit = "8"                  an earlier message (`of`)        silence = "2 days"  nobody says anything
    reopened = true             the visit is not settled         survey = "x.toml"   the survey's file is changed
    undelivered = true          the first question never came
    after = "3 minutes"         first some time passes           via = "sms"         on another channel

and what comes of it: `says` (messages, [] is silence), `buttons` of the last message, and what has changed since the
step before: `answers`, `late`, `state` of the conversation, `opted_out`, `visit` where its state is called otherwise. `pytest --update` writes these.
"""

import difflib
import json
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.firm import Firm
from surveys.definition import Survey, load_catalog, load_survey
from surveys.policy import Policy, Rules, parse_duration
from surveys.visits import Visit

FOLDER = Path(__file__).parent
ACTIONS = (
    "note",
    "after",
    "asked",
    "text",
    "via",
    "press",
    "on",
    "media",
    "edit",
    "of",
    "silence",
    "reopened",
    "undelivered",
    "survey",
)
FOUND = ("says", "buttons", "answers", "late", "state", "visit", "opted_out")
LANGUAGES = ("en", "et", "ru", "fi", "he")
TALLINN = ZoneInfo("Europe/Tallinn")
VISITED_AT = datetime(2026, 11, 16, 14, 20, tzinfo=TALLINN).astimezone(UTC)
PHONE, CHAT = "+37255550101", "700100101"


@dataclass
class Found:
    """What a layer found after a step: all of it, not only what changed."""

    says: list[str] = field(default_factory=list)
    buttons: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    late: bool = False
    state: str = ""
    visit: str = ""
    opted_out: bool = False


@dataclass(frozen=True)
class Script:
    """One script as it was read."""

    path: Path
    head: str
    settings: dict[str, Any]
    steps: list[dict[str, Any]]

    @property
    def survey(self) -> Survey:
        return find_survey(self.settings["survey"])

    @property
    def language(self) -> str | None:
        language: str | None = self.settings.get("language")
        return language

    @property
    def channel(self) -> str:
        channel: str = self.settings.get("channel", "telegram")
        return channel

    @property
    def visit_number(self) -> int:
        number: int = self.settings.get("visit_number", 1)
        return number

    @property
    def layers(self) -> tuple[str, ...]:
        only = self.settings.get("layer")
        return (only,) if only else ("engine", "service")

    @property
    def visit(self) -> Visit:
        customer = self.settings.get("customer", {})
        phone = PHONE if self.channel == "sms" else None
        return Visit("v-1", "c-1", VISITED_AT, phone=phone, language=self.language, **customer)

    def firm(self) -> Firm:
        policy: dict[str, Any] = {
            key: parse_duration(value) if isinstance(value, str) else value for key, value in self.policy()
        }
        rules = Rules(Policy(survey=self.survey.id, channels=(self.channel,), **policy))
        surveys = {**load_catalog(), self.survey.id: self.survey}
        return Firm("Acme Auto", "EE", TALLINN, "en", LANGUAGES, rules, surveys, channels=("telegram", "sms"))

    def policy(self) -> list[tuple[str, Any]]:
        return list(self.settings.get("policy", {}).items())

    def with_found(self, found: list[Found]) -> str:
        """Return the script's text with these expectations."""
        before = Found()
        lines = [self.head.rstrip()]
        for step, now in zip(self.steps, found, strict=True):
            lines += ["", "[[steps]]", *(f"{key} = {toml(step[key])}" for key in ACTIONS if key in step)]
            lines += [f"{key} = {toml(value)}" for key, value in changes(before, now).items()]
            before = now
        return "\n".join(lines) + "\n"

    def difference(self, found: list[Found]) -> str:
        """Return how the expectations differ from what was found; empty where they do not."""
        expected = self.path.read_text(encoding="utf-8").splitlines()
        return "\n".join(
            difflib.unified_diff(
                expected, self.with_found(found).splitlines(), "expected", "found", lineterm="", n=6
            )
        )


def load(path: Path) -> Script:
    """Read a script; an unknown key is a mistake."""
    text = path.read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    steps = settings.pop("steps")
    unknown = {key for step in steps for key in step} - {*ACTIONS, *FOUND}
    unknown |= settings.keys() - {
        "survey",
        "language",
        "channel",
        "visit_number",
        "layer",
        "policy",
        "customer",
    }
    assert not unknown, f"{path.name}: unknown keys {sorted(unknown)}"
    return Script(path, text.partition("[[steps]]")[0], settings, steps)


def find_survey(name: str) -> Survey:
    """Return a ready survey, or one of this folder's own."""
    return load_survey(FOLDER / "surveys" / name) if name.endswith(".toml") else load_catalog()[name]


def changes(before: Found, now: Found) -> dict[str, Any]:
    """Return what a step said, and what is different after it."""
    told: dict[str, Any] = {"says": now.says}
    if now.says and now.buttons:
        told["buttons"] = now.buttons
    answers = {key: text for key, text in now.answers.items() if before.answers.get(key) != text}
    if answers:
        told["answers"] = answers
    for key in ("late", "state", "opted_out"):
        if getattr(now, key) != getattr(before, key):
            told[key] = getattr(now, key)
    if now.visit not in {before.visit, now.state}:
        told["visit"] = now.visit
    return told


def toml(value: Any) -> str:
    """Write a value; marks of direction are shown as escapes."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
        case list() if len(value) > 1:
            return "[\n" + "".join(f"  {toml(item)},\n" for item in value) + "]"
        case list():
            return "[" + "".join(map(toml, value)) + "]"
        case str():
            text = json.dumps(value, ensure_ascii=False)
            return text.replace("\u2068", "\\u2068").replace("\u2069", "\\u2069")
        case _:
            return str(value)
