"""Every path of a conversation, as a script, through the pure engine and through the whole service."""

import pytest

from surveys.definition import load_catalog
from surveys.questions import QUESTION_TYPES
from tests.flows import engine, service
from tests.flows.script import FOLDER, LANGUAGES, Found, Script, load

SCRIPTS = {path.stem: load(path) for path in sorted(FOLDER.glob("*.toml"))}


def agree(script: Script, found: list[Found], *, update: bool) -> None:
    difference = script.difference(found)
    if update and difference:
        print(difference)  # noqa: T201 -- what --update is run for
        script.path.write_text(script.with_found(found), encoding="utf-8")
        return
    assert not difference, f"{script.path.name}, see what `pytest --update` would write:\n{difference}"


@pytest.mark.parametrize("name", [name for name, script in SCRIPTS.items() if "service" in script.layers])
async def test_the_whole_service_keeps_to_the_script(name: str, shared_url: str, update: bool) -> None:
    agree(SCRIPTS[name], await service.run(SCRIPTS[name], shared_url), update=update)


@pytest.mark.parametrize("name", [name for name, script in SCRIPTS.items() if "engine" in script.layers])
def test_the_engine_keeps_to_the_script_stored_and_reloaded_between_any_two_events(
    name: str, update: bool
) -> None:
    script = load(SCRIPTS[name].path)
    agree(script, engine.run(script), update=update and "service" not in script.layers)


def test_every_ready_survey_question_type_and_language_has_a_script() -> None:
    scripts = SCRIPTS.values()
    assert set(load_catalog()) <= {script.survey.id for script in scripts}
    assert {q.type for script in scripts for q in script.survey.questions} == set(QUESTION_TYPES)
    assert {script.language for script in scripts} == {*LANGUAGES, None}
