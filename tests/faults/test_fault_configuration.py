"""F19: a broken configuration. The service does not start by half: it ends with 2, naming file, key, value and fix."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

GOOD = '[organisation]\nname = "Acme Auto"\n'

BROKEN: dict[str, tuple[str | bytes, str]] = {
    "cut short": (GOOD + '[asking]\nwindow = "10:0', "config.toml"),
    "wrong encoding": (GOOD.encode("utf-16"), "config.toml"),
    "unknown key": (GOOD + '[asking]\nwindows = "10:00-19:00"\n', "window"),
    "wrong type": (GOOD + '[asking]\nmax_per_year = "often"\n', "max_per_year"),
    "missing secret": (GOOD + "[telegram]\n", "ASKWHY_TELEGRAM__TOKEN"),
    "secret in the file": (GOOD + '[telegram]\ntoken = "123456:abc"\n', "token"),
    "window never opens": (GOOD + '[asking]\nwindow = "19:00-10:00"\n', "window"),
    "unknown survey": (GOOD + '[asking]\nsurvey = "npps"\n', "npps"),
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
    assert named in said
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
    ],
)
async def test_a_broken_survey_ends_with_two_and_names_its_file(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(GOOD)
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / name).write_text(text)
    code, said = await _run(tmp_path)
    assert code == 2, said
    assert name in said
    assert "Traceback" not in said
