"""The pages tell the truth: commands, links, examples and tables are checked against the program."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.staff.commands.measures import FURTHER_NAMES
from surveys.definition import load_catalog, parse_survey
from surveys.measures import MEASURES
from surveys.measures.operational import BY_PRODUCT, OPERATIONAL
from surveys.measures.settings import MeasureSettings
from surveys.reading import Kind, read_reply
from surveys.scale import Scale
from surveys.states import diagram

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "deploy" / "README.md"]


def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_readme_shows_the_state_table_as_it_is() -> None:
    assert diagram() in _text("README.md")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_told_of_in_the_readme(command: str) -> None:
    assert re.search(rf"askwhy {re.escape(command)}\b", _text("README.md")), (
        f"askwhy {command} is not in the README"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_example_survey_of_the_page_for_authors_is_one() -> None:
    source = re.search(r"```toml\n(.*?)```", _text("docs/surveys.md"), re.DOTALL)
    assert source
    assert parse_survey(source[1], "docs/surveys.md").measure == "nps"


def test_the_configuration_in_the_readme_is_toml() -> None:
    for source in re.findall(r"```toml\n(.*?)```", _text("README.md"), re.DOTALL):
        tomllib.loads(re.sub(r"^ {3}", "", source, flags=re.MULTILINE))


def test_every_measure_stands_on_the_page_about_measures() -> None:
    page = _text("docs/measures.md")
    names = {*MEASURES, *FURTHER_NAMES, *OPERATIONAL, *BY_PRODUCT}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
    told = set(re.findall(r"`(\w+)`", page.split("## Your own figures")[0]))
    surveys = load_catalog()
    settings = {field.name for field in fields(MeasureSettings)}
    assert told - names - set(surveys) - settings - {"why"} == set()


def _rows() -> list[tuple[str, str, str]]:
    rows = re.findall(r"^\| (.+?) \| (\d+)–(\d+) \| (.+?) \|$", _text("docs/replies.md"), re.MULTILINE)
    return [
        (reply, f"{low}-{high}", verdict)
        for replies, low, high, verdict in rows
        for reply in re.findall(r"`(.+?)`", replies)
    ]


@pytest.mark.parametrize(("reply", "scale", "verdict"), _rows())
def test_the_table_of_replies_is_how_they_are_read(reply: str, scale: str, verdict: str) -> None:
    reading = read_reply(reply, Scale.parse(scale), language="en", languages=("et", "fi", "he", "ru"))
    promised = [int(number) for number in re.findall(r"^\d+|(?<=, )\d+(?=,|$)", verdict)]
    if promised:
        assert reading.kind is Kind.SCORE
        assert reading.score in promised
        assert (reading.why is not None) == ("why is kept" in verdict or "with a unit" in verdict)
    else:
        assert reading.kind in {Kind.NOT_SCORE, Kind.AMBIGUOUS, Kind.OUT_OF_RANGE}
