"""What each staff command tells, and what it never tells."""

from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import Outgoing
from bot.reports.asking import read_words
from bot.reports.trend import trend_report
from storage.transaction import Transaction
from surveys.texts import without_isolates
from tests.staff_world import (
    ADMIN,
    FIRM,
    GROUP,
    MANAGER,
    NOW,
    VIEWER,
    ZONE,
    World,
    buys,
    give,
    give_many,
    typed,
    world,
)

COMPOSITE = {
    "blocks": [
        {
            "name": "Service",
            "weight": 60,
            "indicators": [
                {"name": "Recommend", "weight": 100, "source": "question:nps.recommend", "range": [-100, 100]}
            ],
        },
        {
            "name": "Price",
            "weight": 40,
            "indicators": [{"name": "Price level", "weight": 100, "source": "metric:price_level"}],
        },
    ]
}


async def asked(here: World, text: str, **facts: Any) -> Outgoing:
    answer = await here.says(text, **facts)
    assert answer is not None
    return answer


async def test_trend_tells_weeks_and_marks_only_what_means_something() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            for weeks in range(6):
                good, bad = (30, 10) if weeks >= 2 else (8, 32)
                give_many(tx, good, 0, bad, at=NOW - timedelta(days=7 * weeks))

        await here.store.write(work)
        answer = await asked(here, "/trend 6w")
    lines = answer.text.splitlines()
    assert lines[0] == "<b>NPS, by week</b>"
    assert [line[:6] for line in lines[1:-1]] == ["12 Oct", "19 Oct", "26 Oct", "2 Nov:", "9 Nov:", "16 Nov"]
    assert [("▼" in line, "▲" in line) for line in lines[1:-1]] == [(False, False)] * 4 + [(True, False)] + [
        (False, False)
    ]
    assert "n=40" in lines[1]
    assert answer.photo is not None


async def test_a_trend_ends_today_and_begins_with_the_first_answer() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 6, 0, 0, at=NOW - timedelta(days=40)))
        request = await read_words(here.store, FIRM, ["2026", "by", "month"], NOW)
        report = await trend_report(here.store, FIRM, request, NOW)
    assert [str(step.first) for step in report.steps] == ["2026-10-01", "2026-11-01"]


async def test_a_long_trend_is_told_by_month_and_a_thin_one_by_its_counts() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 2, 0, 1, at=NOW - timedelta(days=200)))
        answer = await asked(here, "/trend 12m")
    assert "by month" in answer.text
    assert "May 2026:  n=3" in answer.text
    assert "+" not in answer.text


async def test_team_ranks_only_who_differs_and_hides_the_thin_ones() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            give_many(tx, 38, 2, 0, employee="Mari")
            give_many(tx, 18, 10, 12, employee="Olga")
            give_many(tx, 16, 10, 14, employee="Priit")
            give_many(tx, 4, 0, 36, employee="Jaan")
            give_many(tx, 2, 0, 0, employee="Uku")
            give_many(tx, 9, 0, 0)  # nobody's

        await here.store.write(work)
        answer = await asked(here, "/team")
    assert [line for line in answer.text.splitlines() if line.startswith("<b>")] == [
        "<b>NPS of the team</b>",
        "<b>Better than the others</b>",
        "<b>No different from the others</b>",
        "<b>Worse than the others</b>",
    ]
    names = [line.split()[0] for line in answer.text.splitlines() if not line.startswith("<")]
    assert names == ["Mari", "Olga", "Priit", "Jaan", "Uku"]
    assert "Uku  n=2" in answer.text


async def test_team_tells_months_and_hides_each_below_the_minimum() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            give_many(tx, 10, 0, 0, employee="Mari", at=NOW - timedelta(days=35))
            give_many(tx, 3, 0, 0, employee="Mari")

        await here.store.write(work)
        answer = await asked(here, "/team")
    assert "    Oct +100 n=10 · Nov n=3" in answer.text


async def test_team_tells_the_last_four_months_that_had_answers() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            for days in (20, 50, 80, 110, 260):
                give_many(tx, 6, 0, 0, employee="Mari", at=NOW - timedelta(days=days))
            give_many(tx, 6, 0, 0, at=NOW - timedelta(days=290))

        await here.store.write(work)
        answer = await asked(here, "/team 12m")
        filtered = await asked(here, "/team 12m channel=telegram month=2026-11 month=2026-03")
    assert "    Aug +100 n=6 · Sept +100 n=6 · Oct +100 n=6 · Nov +100 n=6" in answer.text
    assert "+100 (79…100)  n=30" in answer.text
    assert "    Mar +100 n=6 · Nov +100 n=6" in filtered.text


async def test_of_a_large_team_everybody_who_differs_is_told_and_the_rest_are_counted() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            for number in range(60):
                give_many(tx, 2, 2, 2, employee=f"Employee {number:02}")
            give_many(tx, 0, 0, 60, employee="Zoe")

        await here.store.write(work)
        answer = await asked(here, "/team")
    lines = answer.text.splitlines()
    assert sum(line.startswith("Employee") for line in lines) == 39
    assert lines[lines.index("<b>Worse than the others</b>") + 1].startswith("Zoe  -100")
    assert "and 21 more" in lines


def opinions(tx: Transaction) -> None:
    for number in range(40):
        overall = 1 + number % 5
        give(
            tx,
            overall,
            survey="csi",
            more={"quality": overall, "speed": 1 + (number * 3) % 5, "staff": 5 if number % 2 else 4},
        )


async def test_drivers_tell_what_to_fix_first_and_that_it_is_no_proof() -> None:
    async with world() as here:
        await here.store.write(opinions)
        answer = await asked(here, "/drivers")
    assert "What satisfaction hangs on" in answer.text
    assert "Fix first: " in answer.text
    assert "no proof of a cause" in answer.text
    assert answer.photo is not None


async def test_drivers_say_what_survey_they_need() -> None:
    async with world() as here:
        assert "csi_importance" in (await asked(here, "/drivers")).text
        await here.store.write(lambda tx: give(tx, 4, survey="csi", more={"quality": 4, "speed": 3}))
        assert "Too few answers to tell (at least 30)" in (await asked(here, "/drivers csi")).text


async def test_csi_shows_weight_weighted_value_target_and_gap() -> None:
    async with world(composite=COMPOSITE) as here:

        def work(tx: Transaction) -> None:
            give_many(tx, 30, 0, 10)
            tx.staff.put_metric("price_level", "2026-10", "", "", 97.5)

        await here.store.write(work)
        answer = await asked(here, "/csi")
    # NPS +50 stands at 75 of 0..100: 0.6 · 75 + 0.4 · 97.5 = 84
    assert answer.text.splitlines()[:3] == [
        "<b>CSI 84.0</b>",
        "target 95 (-11.0)",
        "<b>Service 60%: 75.0, weighted 45.0; target 95 (-20.0)</b>",
    ]
    assert "  Price level 100%: 97.5 → 97.5, weighted 39.0; target 95 (+2.5)" in answer.text


async def test_csi_says_plainly_what_is_missing() -> None:
    async with world(composite=COMPOSITE) as here:
        answer = await asked(here, "/csi")
        assert "no total" in answer.text
        assert "Without a value: Recommend, Price level." in answer.text
    async with world() as here:
        assert "[composite]" in (await asked(here, "/csi")).text


async def test_measures_tell_what_is_known_how_it_was_made_and_what_the_rest_lacks() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            give_many(tx, 10, 5, 5)
            for _ in range(4):
                give(tx, 2, survey="cli", more={"buy_again": 3, "try_other": 1})

        await here.store.write(work)
        answer = await asked(here, "/measures")
    lines = answer.text.splitlines()
    assert lines[1].startswith("Net promoter score  +25 (")
    assert lines[2] == "<i>   survey nps</i>"
    assert "Customer loyalty index  n=4" in lines, "below the minimum the count alone, without its remarks"
    assert "of 100" not in answer.text
    unknown = lines[lines.index("<b>Not known</b>") :]
    assert any("Churn rate" in line and line.endswith(": no visits") for line in unknown)
    assert any("First contact resolution" in line and line.endswith(": no answers") for line in unknown)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("et", "   küsitlus cli; 1 on parim; 60,0 punkti 100-st"),
        ("fi", "   kysely cli; 1 on paras; 60,0 / 100"),
        ("he", "   סקר cli; 1 הוא הטוב ביותר; 60.0 מתוך 100"),
        ("ru", "   опрос cli; 1 — лучшая; 60,0 из 100"),
    ],
)
async def test_what_is_said_of_a_measure_is_in_the_members_language(language: str, line: str) -> None:
    async with world() as here:
        await here.add_staff(MANAGER, "manager", language=language)
        await here.store.write(
            lambda tx: [give(tx, 3, survey="cli", more={"buy_again": 3, "try_other": 3}) for _ in range(6)]
        )
        answer = await asked(here, "/measures", who=MANAGER)
    assert f"<i>{line}</i>" in without_isolates(answer.text).splitlines()


async def test_a_measure_of_few_is_missing_from_the_index() -> None:
    index = {
        "blocks": [
            {
                "name": "Customers",
                "weight": 100,
                "indicators": [{"name": "Stay", "weight": 100, "source": "measure:retention"}],
            }
        ]
    }
    async with world(composite=index) as here:

        def bought(tx: Transaction, people: range) -> None:
            for number in people:
                buys(tx, f"c-{number}", at=NOW - timedelta(days=40), amount=10)

        await here.store.write(lambda tx: bought(tx, range(4)))
        assert "no total" in (await asked(here, "/csi")).text
        await here.store.write(lambda tx: bought(tx, range(4, 8)))
        assert "<b>CSI 100.0</b>" in (await asked(here, "/csi")).text


async def test_help_lists_what_the_member_may_ask() -> None:
    async with world() as here:
        await here.add_staff(MANAGER, "manager")
        assert "/status" in (await asked(here, "/help")).text
        assert "/status" not in (await asked(here, "/help", who=MANAGER)).text
        assert "last week, this month, 2026-10" in (await asked(here, "/help")).text
        assert "eelmine nädal, see kuu, 2026-10" in (await asked(here, "/help", language="et")).text


async def test_status_tells_states_costs_and_trouble() -> None:
    async with world(sms={"price_per_segment": 0.05}) as here:

        def work(tx: Transaction) -> None:
            number = tx.outbox.add("question", "sms", "+372", {}, NOW, priority=0)
            tx.outbox.set(number, "sent", due_at=NOW, segments=3)
            tx.inbox.set(tx.inbox.add("sms", "x", "+372", NOW, {}, "retry") or 0, "quarantined", 3, "broken")

        await here.store.write(work)
        answer = await asked(here, "/status")
    assert "Messages today: sent 1" in answer.text
    assert "3 SMS segments today (0.15)" in answer.text
    assert "1 message in quarantine" in answer.text


async def test_status_and_stories_are_in_the_members_language() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            buys(tx, "c-1", at=NOW - timedelta(days=1), amount=10, visit_id="v-1")
            tx.outbox.set(tx.outbox.add("question", "sms", "+372", {}, NOW, priority=0), "sent", due_at=NOW)

        await here.store.write(work)
        status = await asked(here, "/status", language="fi")
        story = await asked(here, "/explain v-1", language="fi")
    assert "7 päivän käynnit: ei kysytty 1" in status.text
    assert "Viestit tänään: lähetetty 1" in status.text
    assert "Käynti v-1: ei kysytty: osoite puuttuu (SMS)" in story.text


async def test_explain_needs_a_visit_of_ones_own_branch() -> None:
    async with world() as here:
        await here.add_staff(VIEWER, "viewer", "Tartu")
        assert "Which visit?" in (await asked(here, "/explain")).text
        assert "no visit v-1" in (await asked(here, "/explain v-1", who=VIEWER)).text


async def test_digest_is_set_for_nine_in_the_morning_of_the_organisation() -> None:
    async with world() as here:
        answer = await asked(here, "/digest weekly")
        stored = await here.store.write(lambda tx: tx.staff.get("telegram", ADMIN))
        assert stored is not None
        assert stored.digest == "weekly"
        assert stored.digest_at is not None
        assert stored.digest_at.isoformat() == "2026-11-23T07:00:00+00:00"
        assert "23/11/2026" in answer.text
        assert "weekly" in (await asked(here, "/digest")).text
        await asked(here, "/digest off")
        stored = await here.store.write(lambda tx: tx.staff.get("telegram", ADMIN))
    assert stored is not None
    assert (stored.digest, stored.digest_at) == ("off", None)


async def test_a_digest_comes_at_the_members_own_hour() -> None:
    async with world() as here:
        await here.add_staff(MANAGER, "manager", language="fi")

        async def told(text: str) -> tuple[str, str | None]:
            await asked(here, text, who=MANAGER)
            stored = await here.store.write(lambda tx: tx.staff.get("telegram", MANAGER))
            assert stored is not None
            at = stored.digest_at
            return stored.digest, at.astimezone(ZONE).isoformat()[:16] if at else None

        assert await told("/digest weekly 7:30") == ("weekly", "2026-11-23T07:30")
        assert await told("/digest daily") == ("daily", "2026-11-23T07:30"), "the hour is kept"
        assert await told("/digest 18") == ("daily", "2026-11-22T18:00")
        assert await told("/digest off") == ("off", None)
        assert await told("/digest 08.15") == ("daily", "2026-11-23T08:15")
        assert "8:15" in (await asked(here, "/digest päivittäin", who=MANAGER)).text.replace(".", ":")
        wrong = await asked(here, "/digest daily 25:00", who=MANAGER)
    assert "25:00" in wrong.text
    assert "/digest weekly 8:30" in wrong.text


def test_typed_messages_are_private_unless_in_a_group() -> None:
    assert typed("x").private
    assert not typed("x", chat_id=GROUP).private
