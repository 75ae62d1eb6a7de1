"""F19: a broken configuration. The service does not start by half: it ends with 2, naming file, key, value and fix."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

NPS = (Path(__file__).parents[2] / "surveys" / "catalog" / "nps.toml").read_text("utf-8")

GOOD = '[organisation]\nname = "Acme Auto"\n'

BROKEN: dict[str, tuple[str | bytes, str]] = {
    "cut short": (GOOD + '[asking]\nwindow = "10:0', "config.toml, line 4: is not TOML"),
    "wrong encoding": (GOOD.encode("utf-16"), "config.toml, line 1: is UTF-16"),
    "unknown key": (
        GOOD + '[asking]\nwindows = "10:00-19:00"\n',
        'config.toml, line 4: [asking] windows = "10:00-19:00" is not a key. Did you mean window?',
    ),
    "wrong type": (
        GOOD + '[asking]\nmax_per_year = "often"\n',
        'config.toml, line 4: [asking] max_per_year = "often" is no whole number',
    ),
    "missing secret": (GOOD + "[telegram]\n", "[telegram] token is missing"),
    "secret in the file": (
        GOOD + '[telegram]\ntoken = "123456:abc"\n',
        "config.toml, line 4: [telegram] token",
    ),
    "window never opens": (
        GOOD + '[asking]\nwindow = "19:00-10:00"\n',
        "config.toml, line 4: [asking] window",
    ),
    "unknown survey": (
        GOOD + '[asking]\nsurvey = "npps"\n',
        'config.toml, line 4: [asking] survey = "npps" names no survey. Write one of: acsi',
    ),
    "unknown survey of a rule": (
        GOOD + '[[asking.rules]]\nwhen = {touchpoint = "shop"}\nsurvey = "npps"\n',
        'config.toml, line 5: [[asking.rules]] 1 survey = "npps" names no survey.',
    ),
}


async def _run(folder: Path) -> tuple[int | None, str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("ASKWHY_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        cwd=folder,
        env={**environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(45):
        out, _ = await process.communicate()
    return process.returncode, out.decode()


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_configuration_ends_with_two_and_says_what_to_do(fault: str, tmp_path: Path) -> None:
    text, named = BROKEN[fault]
    path = tmp_path / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, said = await _run(tmp_path)
    assert code == 2, said
    assert named in said.replace("\n", " "), said
    assert "Traceback" not in said
    assert not (tmp_path / "askwhy.db").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "broken.toml",
            'id = "mine"\nmeasure = "nps"\n[[questions]]\nid = "q"\ntype = "scale"\nscale = "10-0"\n',
        ),
        ("cut.toml", 'id = "mine'),
        ("twice.toml", NPS),
    ],
)
async def test_a_broken_survey_ends_with_two_and_names_its_file(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(GOOD)
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / name).write_text(text)
    if name == "twice.toml":
        (tmp_path / "surveys" / "once.toml").write_text(text)
    code, said = await _run(tmp_path)
    assert code == 2, said
    assert name in said
    assert "Traceback" not in said
