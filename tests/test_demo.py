"""`askwhy demo`: the real service on made-up people, the same for the same seed, and nothing outside its folder."""

import asyncio
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import structlog
from rich.console import Console

from bot.commands.context import Context
from bot.commands.demo import SETTINGS, example
from bot.commands.outcome import finish
from bot.config import load_config
from bot.demo.cast import phrases
from bot.demo.keyboard import Turns
from bot.demo.showing import bubble, staff_text
from bot.demo.stage import Said, Stage
from surveys.reading import Kind, Step, read_reply
from surveys.scale import Scale

SCALE = Scale(0, 10)
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def as_in_the_command(log_without_secrets: None) -> None:
    """Log as commands do: nothing but warnings, and not on standard output."""
    structlog.reset_defaults()


def played(capsys: pytest.CaptureFixture[str], **options: object) -> tuple[int, str]:
    code = finish(Context({}), "demo", {"visits": None, "seed": 7, **options})
    return code, capsys.readouterr().out


def test_it_tells_the_whole_story_and_writes_nothing_but_the_chart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = played(capsys)
    assert code == 0
    for words in (
        "197 rows: 192 visits",
        "4 rows cannot be used",
        "how likely are you to recommend us",
        "No score in it: asked once more",
        "asked too often lately",
        "/score by branch",
        "NPS +",
        "/why detractors",
        "demo-out/score.png",
    ):
        assert words in told
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "demo-out",
        "demo-out/score.png",
    ]
    assert (tmp_path / "demo-out" / "score.png").read_bytes().startswith(b"\x89PNG")
    assert played(capsys)[1] == told, "the same seed tells the same story"


def test_it_runs_on_a_file_of_ones_own_wherever_its_dates_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(
        f"{n};c-{n};{2019 + n % 2}-05-0{1 + n % 7} 1{n % 10}:15;+372555501{n:02};Main\n" for n in range(40)
    )
    file = tmp_path / "mine.csv"
    file.write_text("Visit ID;Customer ID;Occurred at;Phone;Branch\n" + rows, encoding="utf-8")
    code, told = played(capsys, visits=file, seed=3)
    assert code == 0
    assert "40 rows: 40 visits of 40 customers" in told
    assert "NPS" in told


def test_a_file_without_a_usable_visit_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("visit_id,customer_id,occurred_at\nv-1,c-1,never\n", encoding="utf-8")
    assert finish(Context({}), "demo", {"visits": file, "seed": 7}) == 2
    assert "occurred_at 'never'" in capsys.readouterr().err


def test_the_example_is_the_one_of_the_checkout() -> None:
    assert example() == Path(__file__).parents[1] / "examples" / "visits.csv"


@pytest.mark.parametrize("language", phrases())
def test_what_the_cast_types_means_what_it_is_meant_to(language: str) -> None:
    said = phrases()[language]
    languages = tuple(phrases())

    def kind(text: str, step: Step = Step.SCORE) -> Kind:
        return read_reply(text, SCALE, step=step, language=language, languages=languages).kind

    for score in range(SCALE.low, SCALE.high + 1):
        texts = [said["numbers"][score] + "!!", *(text.format(score=score) for text in said["bare"])]
        whys = said["promoter"] + said["passive"] + said["detractor"]
        texts += [text.format(score=score, why=why) for text in said["together"] for why in whys]
        readings = {
            text: read_reply(text, SCALE, language=language, languages=languages).score for text in texts
        }
        assert readings == dict.fromkeys(texts, score)
    assert {kind(text) for text in said["mumbling"] + said["nonsense"]} == {Kind.NOT_SCORE}
    assert {kind(text) for text in said["stop"]} == {Kind.OPT_OUT}
    assert {kind(text, Step.WHY) for text in said["nothing_to_add"]} == {Kind.WHY_SKIPPED}
    assert {kind(text, Step.WHY) for text in whys} == {Kind.WHY}


def test_the_reader_may_be_customer_and_staff() -> None:
    stage = Stage(load_config(None, SETTINGS), MONDAY)
    out = Console(file=StringIO(), width=90)
    with asyncio.Runner() as runner:
        runner.run(stage.app.open())
        turns = Turns(out, stage, runner.run)
        turns.be_customer("et")
        for line in (
            "",
            "tere",
            "9 sest kiire",
            "/score",
            "/wait",
            "/help",
            "/staff",
            "status",
            "/bogus",
            "/customer ru",
        ):
            assert turns.take(line)
        assert not turns.take("/quit")
        runner.run(stage.app.close())
    assert isinstance(out.file, StringIO)
    told = out.file.getvalue()
    assert "kas soovitaksite meid" in told
    assert "Palun ainult üks number" in told
    assert "1 of 1 answered" in told
    assert told.count("(no reply") == 1  # silence is told where nobody would wait for an answer
    assert "посоветуете нас знакомым" in told


def test_staff_answers_are_shown_without_their_markup() -> None:
    assert staff_text("<b>NPS +42</b> A&amp;B &lt;b&gt;\n<i>last 30 days</i>").plain == (
        "NPS +42 A&B <b>\nlast 30 days"
    )


def test_customers_text_is_never_markup_of_the_terminal() -> None:
    out = Console(file=StringIO(), width=90)
    out.print(bubble(Said(MONDAY, by_bot=False, text="[bold]9[/bold] [link=http://x]"), UTC))
    assert isinstance(out.file, StringIO)
    assert "[bold]9[/bold] [link=http://x]" in out.file.getvalue()
