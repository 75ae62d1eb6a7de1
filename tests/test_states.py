"""The table of states: each of its moves happens in some conversation, and nothing else can."""

import ast
from itertools import product

import pytest

from surveys import conversation, conversation_moves
from surveys.states import TRANSITIONS, Happening, IllegalMoveError, State, diagram, move
from tests.flows import engine
from tests.flows.script import FOLDER, load

MOVES = [(state, happening) for state, moves in TRANSITIONS.items() for happening in moves]
REFUSED = [pair for pair in product(State, Happening) if pair not in MOVES]


def test_every_listed_move_happens_in_some_flow_script(monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[tuple[State, Happening]] = set()

    def noted(state: State, happening: Happening) -> State:
        made.add((state, happening))
        return move(state, happening)

    monkeypatch.setattr(conversation, "move", noted)
    monkeypatch.setattr(conversation_moves, "move", noted)
    for path in FOLDER.glob("*.toml"):
        script = load(path)
        if "engine" in script.layers:
            engine.run(script)
    assert not [f"{state}: {happening.name}" for state, happening in MOVES if (state, happening) not in made]


@pytest.mark.parametrize(("state", "happening"), MOVES)
def test_a_listed_move_leads_where_the_table_says(state: State, happening: Happening) -> None:
    assert move(state, happening) is TRANSITIONS[state][happening]


@pytest.mark.parametrize(("state", "happening"), REFUSED)
def test_any_other_move_is_refused_with_its_names(state: State, happening: Happening) -> None:
    with pytest.raises(IllegalMoveError) as refused:
        move(state, happening)
    assert str(state) in str(refused.value)
    assert str(happening) in str(refused.value)


def test_every_state_hears_a_stop_and_ends_open_for_no_answer() -> None:
    assert all(not move(state, Happening.STOPPED).open for state in State)


def test_only_a_question_that_waits_makes_a_conversation_open() -> None:
    assert {state for state in State if state.open} == {State.ASKED, State.ANSWERING}
    assert all(target in State for moves in TRANSITIONS.values() for target in moves.values())
    assert set(TRANSITIONS) == set(State)


def test_the_diagram_shows_every_move_to_another_state() -> None:
    lines = diagram().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> asked"]
    for state, happening in MOVES:
        target = TRANSITIONS[state][happening]
        drawn = [line for line in lines if line.startswith(f"    {state} --> {target}: ")]
        assert [happening.name.lower() in line.partition(": ")[2].split(", ") for line in drawn] == (
            [] if target is state else [True]
        )
    assert len(lines) == 2 + len({(s, TRANSITIONS[s][h]) for s, h in MOVES if TRANSITIONS[s][h] is not s})


def test_nobody_sets_a_state_but_by_the_table() -> None:
    """`replace(conversation, state=State.ANSWERED)` would go round `move()`."""
    set_by_hand = [
        f"{path.name}:{call.lineno}"
        for folder in ("surveys", "storage", "bot")
        for path in sorted((FOLDER.parents[1] / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "replace"
        if any(word.arg == "state" and isinstance(word.value, ast.Attribute) for word in call.keywords)
    ]
    assert not set_by_hand
