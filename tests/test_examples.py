"""The example files do what they are there for."""

import csv
import re
import runpy
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from bot.commands.init import starting_files
from bot.config import load_config
from bot.config.overlay import SECTIONS, fields_of, keys_of, secret_keys, shape_of, variable
from surveys.definition import load_survey
from surveys.texts import LANGUAGES
from surveys.visits import FIELDS, Visit, VisitProblem, parse_header, parse_visit

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
EXAMPLE = (ROOT / "config.example.toml").read_text("utf-8")
KEY = re.compile(r"^# ((?:[a-z_0-9]+) = .*|\[+[A-Za-z._]+\]+)$", re.MULTILINE)


def visits() -> tuple[list[Visit], list[VisitProblem]]:
    good, bad = [], []
    with (EXAMPLES / "visits.csv").open(encoding="utf-8", newline="") as source:
        rows = csv.DictReader(source)
        parse_header(rows.fieldnames or [])
        for row in rows:
            try:
                good.append(
                    parse_visit(
                        row,
                        zone=ZoneInfo("Europe/Tallinn"),
                        country="EE",
                        languages=LANGUAGES,
                        now=datetime(2026, 11, 22, tzinfo=UTC),
                    )
                )
            except VisitProblem as problem:
                bad.append(problem)
    return good, bad


# --- config.example.toml -----------------------------------------------------------------------------------------


def test_the_example_configuration_is_what_init_writes_and_loads(tmp_path: Path) -> None:
    assert starting_files()["config.toml"] == EXAMPLE
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE, "utf-8")
    assert load_config(path, {}).organisation.name == "Acme Auto"


def test_every_commented_key_of_the_example_works_when_it_is_switched_on(tmp_path: Path) -> None:
    full = KEY.sub(r"\1", EXAMPLE).replace('messaging_service_sid = "MG', '# "MG')
    (tmp_path / "config.toml").write_text(full, "utf-8")
    (tmp_path / "secrets").mkdir()
    secrets = (
        "api_token",
        "telegram_token",
        "telegram_webhook_secret",
        "twilio_auth_token",
        "twilio_auth_token_2",
    )
    for name in (*secrets, "twilio_shared_key"):
        path = tmp_path / "secrets" / name
        path.write_text("123456:hush-hush" if name == "telegram_token" else "hush-hush")
        path.chmod(0o600)
    config = load_config(tmp_path / "config.toml", {}, for_service=True)
    assert config.composite is not None
    assert config.asking.rules[0].when == {"touchpoint": "delivery"}


def test_the_example_configuration_has_every_key(tmp_path: Path) -> None:
    shown = set(re.findall(r"^#? ?([a-z_0-9]+) =", EXAMPLE, re.MULTILINE))
    for section in SECTIONS:
        assert re.search(rf"^#? ?\[+{section}[.\]]", EXAMPLE, re.MULTILINE), f"[{section}] is not explained"
        wanted = {key for key in keys_of(section) if key != "rules"}
        wanted |= {f"{key}_file" for place, key in secret_keys() if place == section}
        assert wanted <= shown | {"blocks"}, f"[{section}]"
    assert "when" in shown


def test_the_defaults_that_the_example_shows_are_the_defaults(tmp_path: Path) -> None:
    """A commented key shows its default, unless it has none and the value is only an example."""
    plain, defaults = load_config(None, {}), 0
    full = KEY.sub(r"\1", EXAMPLE)
    for section in ("web", "asking", "staff", "limits", "links", "measures", "backup", "retention"):
        body = full.split(f"\n[{section}]\n")[1].split("\n[")[0]
        for key in fields_of(shape_of(section) or type(None)):
            default = getattr(getattr(plain, section), key)
            if default in (None, (), frozenset()) or f"\n{key} =" not in f"\n{body}":
                continue
            line = next(line for line in body.splitlines() if line.startswith(f"{key} ="))
            path = tmp_path / "config.toml"
            path.write_text(f"[{section}]\n{line}\n")
            shown = getattr(getattr(load_config(path, {}), section), key)
            assert shown == pytest.approx(default, abs=1e-4) if key == "acsi_weights" else shown == default, (
                line
            )
            defaults += 1
    assert defaults > 30


def test_the_template_for_secrets_names_every_secret() -> None:
    template = starting_files()[".env.example"]
    assert set(re.findall(r"^(ASKWHY_\w+)=$", template, re.MULTILINE)) == {
        variable(s, k) for s, k in secret_keys()
    }


# --- examples/ ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["visits", "past_answers"])
def test_the_generators_write_exactly_the_committed_files(tmp_path: Path, name: str) -> None:
    runpy.run_path(str(EXAMPLES / f"make_{name}.py"))["write"](tmp_path / f"{name}.csv")
    assert (tmp_path / f"{name}.csv").read_bytes() == (EXAMPLES / f"{name}.csv").read_bytes()


def test_the_visits_are_some_two_hundred_of_which_four_are_refused() -> None:
    good, bad = visits()
    assert len(good) == 193
    assert Counter(problem.field for problem in bad) == {"phone": 1, "visit_id": 1, "occurred_at": 2}
    assert [visit_id for visit_id, n in Counter(v.visit_id for v in good).items() if n > 1] == ["v-1150"]


def test_the_visits_show_what_the_program_must_cope_with() -> None:
    good, _ = visits()
    assert {v.branch for v in good} == {"Tallinn", "Tartu", "Narva"}
    assert len({v.employee for v in good}) == 12
    assert {v.language for v in good} == set(LANGUAGES)
    assert {v.touchpoint for v in good} == {"service", "tyre change", "delivery", "phone"}
    assert all(set(v.extra) == {"vehicle"} for v in good)
    assert sum(v.phone is None for v in good) >= 5
    by_phone = defaultdict(set)
    for visit in good:
        if visit.phone:
            by_phone[visit.phone].add(visit.customer_id)
    assert sum(len(ids) > 1 for ids in by_phone.values()) == 2
    assert max(Counter(v.customer_id for v in good).values()) > 2
    local = [v.occurred_at.astimezone(ZoneInfo("Europe/Tallinn")) for v in good]
    assert {at.date().isoformat() for at in local} == {f"2026-11-{day}" for day in range(16, 21)}


def test_the_phones_of_the_examples_are_possible_and_look_made_up() -> None:
    good, _ = visits()
    for phone in {v.phone for v in good if v.phone}:
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone))
        assert phone.startswith(("+3725555", "+1202555"))


def test_the_past_answers_hold_blanks_codes_and_mistakes() -> None:
    with (EXAMPLES / "past_answers.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source, delimiter=";"))
    scores = Counter(row["How likely are you to recommend Acme Auto?"] for row in rows)
    assert (len(rows), scores["NA"], scores["11"], scores[""], scores["8,5"]) == (241, 2, 3, 3, 1)
    assert set(scores) >= {str(score) for score in range(11)}
    assert any("\n" in row["Main reason for your score"] for row in rows)


def test_the_metrics_have_the_columns_of_the_manual() -> None:
    with (EXAMPLES / "metrics.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert list(rows[0]) == ["metric", "value", "period", "branch", "product"]
    assert {row["metric"] for row in rows} >= {"price_level", "defect_level", "availability"}
    assert all(0 <= float(row["value"]) <= 100 for row in rows)


def test_the_questions_of_the_car_service_take_turns_in_five_languages() -> None:
    survey = load_survey(EXAMPLES / "surveys" / "car_service.toml")
    first, second, third = ([q.id for q in survey.questions_for(n)] for n in (1, 2, 3))
    assert first == third == ["overall", "repair", "speed", "why"]
    assert second == ["overall", "comfort", "staff", "why"]
    assert not survey.missing_languages(LANGUAGES)


def test_the_readme_of_the_examples_names_every_file() -> None:
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and path.name != "README.md":
            assert path.name in readme
    assert "name" in FIELDS
