"""Who gets an answer, how it is stored, and what everybody else gets: silence."""

import asyncio
import threading
from datetime import timedelta

import pytest

from bot.channels.base import InboundKind
from bot.commands_typed import STAFF_WORDS
from bot.hearing import hear
from bot.staff import COMMANDS, load
from bot.staff.answering import StaffDesk, drawn, read_command
from bot.staff.commands.help import LINES
from bot.staff.reply import Reply
from storage.rows import StaffRow
from storage.transaction import Transaction
from tests.staff_world import (
    ADMIN,
    FIRM,
    GROUP,
    MANAGER,
    NOBODY,
    NOW,
    VIEWER,
    by_sms,
    give,
    give_many,
    typed,
    world,
)


def test_the_words_of_staff_are_the_commands() -> None:
    assert frozenset(COMMANDS) == STAFF_WORDS
    assert set(LINES) == set(COMMANDS), "/help tells of every command"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_carried_out(command: str) -> None:
    assert callable(load(command))


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("/score", "score", ()),
        ("/Score@acme_bot 30d by branch", "score", ("30d", "by", "branch")),
        ('/score branch="Old Town"', "score", ("branch=Old Town",)),
        ("SCORE 30d", "score", ("30d",)),
        ("  /why\n detractors ", "why", ("detractors",)),
    ],
)
def test_a_command_is_read_with_its_words(text: str, command: str, words: tuple[str, ...]) -> None:
    assert read_command(typed(text)) == (command, words)


async def test_a_button_asks_as_a_command_does() -> None:
    pressed = typed("s:score 2026-10 nps by branch", kind=InboundKind.BUTTON)
    assert read_command(pressed) == ("score", ("2026-10", "nps", "by", "branch"))


async def test_an_admin_by_configuration_is_answered_with_text_chart_and_buttons() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 10, 5, 5, branch="Tartu"))
        answer = await here.says("/score 30d by branch")
    assert answer is not None
    assert answer.address == ADMIN
    assert answer.html
    assert answer.text.startswith("<b>NPS +25 (")
    assert answer.photo is not None
    assert answer.photo.startswith(b"\x89PNG")
    assert [button.label for row in answer.buttons for button in row] == [
        "Whys",
        "Trend",
        "By employee",
        "By month",
    ]


@pytest.mark.parametrize(
    ("who", "facts"),
    [
        (NOBODY, {}),
        (NOBODY, {"chat_id": GROUP}),
        (ADMIN, {"chat_id": "-999"}),
        (ADMIN, {"chat_id": GROUP, "anonymous": True}),
        (ADMIN, {"anonymous": True}),
        ("+37255550199", by_sms("SCORE", "+37255550199")),
    ],
)
async def test_whoever_has_no_right_here_gets_silence(who: str, facts: dict[str, object]) -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 10, 5, 5))
        values = {"text": "/score", "who": who, **facts}
        assert await here.says(**values) is None  # type: ignore[arg-type]


async def test_staff_are_answered_in_a_listed_group_to_the_group() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 10, 5, 5))
        answer = await here.says("/score", chat_id=GROUP)
    assert answer is not None
    assert answer.address == GROUP


async def test_every_request_is_in_the_audit_refused_ones_too() -> None:
    async with world() as here:
        await here.says("/score 30d by branch")
        await here.says("/score my secret words", who=NOBODY)
        await here.says("s:why p1", who=NOBODY, chat_id=GROUP, kind=InboundKind.BUTTON)
        await here.says("hello", who=NOBODY)
        await here.says("/stop", who=NOBODY)
        assert await here.audit() == [
            (ADMIN, "score 30d by branch", 1),
            (NOBODY, "score", 0),
            (NOBODY, "why", 0),
        ]


async def test_status_is_for_admins_and_silent_for_all_others() -> None:
    async with world() as here:
        await here.add_staff(MANAGER, "manager")
        await here.add_staff(VIEWER, "viewer", "Tartu")
        assert await here.says("/status", who=MANAGER) is None
        assert await here.says("/status", who=VIEWER) is None
        assert await here.says("/status") is not None
        assert [row[2] for row in await here.audit()] == [0, 0, 1]


async def test_a_viewer_asks_about_the_own_branches_alone() -> None:
    async with world() as here:
        await here.add_staff(VIEWER, "viewer", "Tartu")

        def work(tx: Transaction) -> None:
            give_many(tx, 10, 0, 0, branch="Tartu", employee="Mari")
            give_many(tx, 0, 0, 10, branch="Narva", employee="Olga", why="Olga kept us waiting")

        await here.store.write(work)
        for command in (
            "/score",
            "/score by branch",
            "/team",
            "/trend",
            "/why detractors",
            "/score by month",
        ):
            answer = await here.says(command, who=VIEWER)
            assert answer is not None
            assert "Narva" not in answer.text
            assert "Olga" not in answer.text
            assert "n=20" not in answer.text


async def test_staffs_own_stop_is_a_stop() -> None:
    async with world() as here:
        await here.says("/stop")
        person = await here.store.write(lambda tx: tx.people.by_address("telegram", ADMIN))
        assert person is not None
        row = await here.store.write(lambda tx: tx.people.lock(person))
    assert row.opted_out_how == "stop"


async def test_a_request_that_was_not_answered_before_a_crash_is_answered_afterwards() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 10, 5, 5))
        await here.store.write(lambda tx: hear(tx, FIRM, typed("/score"), NOW))  # … and here the process dies
        desk = StaffDesk(here.store, FIRM, here.clock, here.config)
        (row,) = await here.store.write(lambda tx: tx.inbox.waiting("staff"))
        await desk.answer(row)
        assert await here.store.write(lambda tx: tx.inbox.waiting("staff")) == []
        assert len(await here.sent()) == 1


async def test_a_right_that_was_taken_away_meanwhile_counts_no_more() -> None:
    async with world() as here:
        await here.add_staff(MANAGER, "manager")
        await here.store.write(lambda tx: hear(tx, FIRM, typed("/score", MANAGER), NOW))
        await here.store.write(lambda tx: tx.staff.drop("telegram", MANAGER))
        (row,) = await here.store.write(lambda tx: tx.inbox.waiting("staff"))
        await StaffDesk(here.store, FIRM, here.clock, here.config).answer(row)
        assert await here.sent() == []
        assert await here.store.write(lambda tx: tx.inbox.waiting("staff")) == []


async def test_a_digest_of_a_configured_admin_gives_no_right_once_the_configuration_names_them_no_more() -> (
    None
):
    async with world() as here:
        await here.says("/digest daily")
        stored = await here.store.write(lambda tx: tx.staff.get("telegram", ADMIN))
        assert isinstance(stored, StaffRow)
        assert stored.role == "configured"
        here.firm = type(FIRM)(**{**FIRM.__dict__, "staff_ids": frozenset()})
        assert await here.says("/score") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/score yesterdya", ["“yesterdya”", "“yesterday”", "Example: 30d"]),
        ("/score by branhc", ["“branhc”", "“branch”", "Example: /score 30d by branch"]),
        ("/digest wekly", ["“wekly”", "“weekly”"]),
        ("/scor", ["“/score”"]),
    ],
)
async def test_a_wrong_word_gets_the_nearest_right_one(text: str, said: list[str]) -> None:
    async with world() as here:
        answer = await here.says(text)
        assert answer is not None
        assert all(part in answer.text for part in said), answer.text
        assert await here.store.write(lambda tx: tx.inbox.waiting("quarantined")) == []


async def test_a_foreign_name_is_text_and_never_markup() -> None:
    async with world() as here:
        await here.store.write(lambda tx: [give(tx, 9, branch="<b>Tartu & Co</b>") for _ in range(6)])
        answer = await here.says("/score by branch")
    assert answer is not None
    assert "&lt;b&gt;Tartu &amp; Co&lt;/b&gt;" in answer.text


async def test_a_button_press_is_answered_so_that_its_spinner_ends() -> None:
    async with world() as here:
        answer = await here.says("s:score 30d", kind=InboundKind.BUTTON, callback_id="cb-1")
        silent = await here.says("s:status", who=NOBODY, kind=InboundKind.BUTTON, callback_id="cb-2")
    assert answer is not None
    assert answer.answer_callback == "cb-1"
    assert silent is None


async def test_every_button_fits_and_is_read_back_as_the_same_request() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 6, 0, 0, branch="Old Town", employee="Mari"))
        answer = await here.says('/score 2026-11 branch="Old Town"')
        assert answer is not None
        for row in answer.buttons:
            for button in row:
                assert len(button.data.encode()) <= 64
                again = await here.says(button.data, kind=InboundKind.BUTTON)
                assert again is not None
                assert "Old Town" in again.text
                assert "Example" not in again.text


async def test_by_sms_staff_get_one_or_two_segments_and_nobodys_words() -> None:
    from surveys.segments import Encoding, measure_sms

    async with world() as here:

        def work(tx: Transaction) -> None:
            for branch in ("Tallinn", "Tartu", "Narva", "Pärnu", "Võru", "Rakvere"):
                give_many(tx, 30, 20, 10, branch=branch, why="Mari kept me waiting", language="en")

        await here.store.write(work)
        for text in (
            "SCORE 30d by branch",
            "Trend",
            "why detractors",
            "TEAM",
            "help",
            "measures",
            "digest weekly",
        ):
            answer = await here.says(**by_sms(text))
            assert answer is not None, text
            sms = measure_sms(answer.text)
            assert sms.segments <= 2, answer.text
            assert sms.encoding is Encoding.GSM_7, answer.text
            assert answer.photo is None
            assert "kept me waiting" not in answer.text
        assert await here.says(**by_sms("explain v-1")) is None
        score = await here.says(**by_sms("SCORE 30d by branch"))
        assert await here.says(**by_sms("/score 30d by branch")) == score  # the slash of Telegram by habit
        assert score is not None
        assert score.text.startswith("NPS +33 (")
        assert "Tallinn +33 (" in score.text


async def test_the_event_loop_goes_on_while_a_chart_is_drawn() -> None:
    """The drawing here ends only when the loop has turned meanwhile."""
    turned = threading.Event()

    def draw() -> bytes:
        assert turned.wait(30)
        return b"chart"

    drawing = asyncio.create_task(drawn(Reply((), draw=draw)))
    await asyncio.sleep(0.05)
    assert not drawing.done()
    asyncio.get_running_loop().call_later(0.05, turned.set)
    assert await drawing == b"chart"


async def test_a_chart_that_fails_is_missed_and_not_the_answer() -> None:
    def draw() -> bytes:
        raise OSError("no room for a font cache")

    assert await drawn(Reply((), draw=draw)) is None
    assert await drawn(None) is None


async def test_by_sms_a_digest_is_set_and_an_index_says_what_it_lacks() -> None:
    index = {
        "blocks": [
            {
                "name": "Prices",
                "weight": 100,
                "indicators": [{"name": "Price", "weight": 100, "source": "metric:price"}],
            }
        ]
    }
    async with world(composite=index) as here:
        told = await here.says(**by_sms("DIGEST"))
        lacking = await here.says(**by_sms("CSI"))
    assert told is not None
    assert told.text == "Your digest: off\nAt your own hour: DIGEST weekly 8:30"
    assert lacking is not None
    assert "Without a value: Price. So there is no total." in lacking.text


async def test_the_language_is_the_members_own() -> None:
    async with world() as here:
        await here.add_staff(MANAGER, "manager", language="et")
        await here.store.write(lambda tx: give_many(tx, 10, 5, 5))
        answer = await here.says("/score", who=MANAGER)
        other = await here.says("/score", language="fi-FI")
        assert answer is not None
        assert "20 vastust" in answer.text
        assert other is not None
        assert "20 vastausta" in other.text


async def test_periods_are_read_in_the_members_language() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 6, 0, 0, at=NOW - timedelta(days=8)))
        for text, language in (
            ("/score eelmine nädal", "et"),
            ("/score viime viikko", "fi"),
            ("/score прошлая неделя", "ru"),
        ):
            answer = await here.says(text, language=language)
            assert answer is not None
            assert "NPS +100" in answer.text
