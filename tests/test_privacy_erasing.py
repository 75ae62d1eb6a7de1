"""Erasure: nobody is told of any more, and every number stays what it was."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ingest.past_answers import PastAnswer, store_answers
from bot.privacy.export import export_person
from bot.privacy.finding import Elsewhere, find_person
from storage.tables.answers import Response
from tests.privacy_world import FIRST_WORDS, NAME, OTHER_PHONE, PHONE, WORDS, World, liis_answers

PERSONAL = (PHONE, "5550101", NAME, "Liis", WORDS, FIRST_WORDS, "c-liis", "123 LII")

# fmt: off
TABLES = (
    "people", "addresses", "customers", "visits", "story", "conversations", "responses", "answers", "answer_history",
    "inbox", "outbox", "opt_outs", "links", "audit", "notices", "senders", "staff",
)
# fmt: on


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'askwhy.db'}"
    else:
        yield request.getfixturevalue("postgres_url")


async def everything(world: World) -> str:
    """Return every column of every row of every table that could hold something about somebody."""

    def rows(tx: Any) -> str:
        found = {}
        for table in TABLES:
            cursor = tx.db._connection.execute(f"SELECT * FROM {table}")
            found[table] = [dict(row) for row in cursor.fetchall()]
        return json.dumps(found, ensure_ascii=False, default=str)

    return await world.store.write(rows)


async def test_nothing_in_any_table_tells_of_an_erased_person_and_the_others_stay(url: str) -> None:
    async with World.at(url) as world:
        await liis_answers(world)
        before = await everything(world)
        assert all(word in before for word in PERSONAL)
        done = await world.forget("c-liis")
        assert (done.customers, done.addresses, done.visits, done.answers) == (1, 1, 2, 1)
        assert (done.messages_in, done.messages_out) == (2, 2)
        after = await everything(world)
        assert not [word for word in PERSONAL if word in after]
        assert all(word in after for word in ("Tiit Tavaline", OTHER_PHONE, "quick and friendly", "v-1"))


async def test_scores_and_what_was_asked_stay_the_same_for_every_group(url: str) -> None:
    async with World.at(url) as world:
        await liis_answers(world)
        before = await world.scores()
        await world.forget("c-liis")
        assert await world.scores() == before
        values = await world.store.read.raw_values("nps", "recommend", 0, 99_999)
        assert sorted(row["value"] for row in values) == [3, 10]
        assert before[""][0] == {"": {3: 1, 10: 1}}


async def test_a_message_known_by_its_id_stays_a_repeat_after_the_erasure(url: str) -> None:
    async with World.at(url) as world:
        await liis_answers(world)
        await world.forget("c-liis")
        before = await everything(world)
        world._numbers = iter(range(1, 9))  # type: ignore[assignment]
        await world.says(PHONE, f"3 {FIRST_WORDS}")
        assert await everything(world) == before


@pytest.mark.parametrize("same", ["customer", "phone"])
async def test_a_visit_that_comes_in_afterwards_is_suppressed_as_erased_and_stored_without_its_person(
    url: str, same: str
) -> None:
    async with World.at(url) as world:
        await liis_answers(world)
        await world.forget("c-liis")
        customer_id = "c-liis" if same == "customer" else "c-new-id"
        phone = PHONE if same == "phone" else None
        extra = {"car": "123 LII"}
        assert await world.visit("v-3", customer_id, name=NAME, phone=phone, extra=extra) == "new"
        assert await world.visit("v-3", customer_id, name=NAME, phone=phone, extra=extra) == "known"
        assert await world.state("v-3") == ("suppressed", "erased")
        after = await everything(world)
        assert not [word for word in (*PERSONAL, "c-new-id") if word in after]
        await world.days_pass(2)
        assert len(world.channels["sms"].sent) == 4  # all of them before the erasure


async def test_the_erased_visit_itself_comes_in_again_and_is_known(url: str) -> None:
    async with World.at(url) as world:
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE, extra={"car": "123 LII"})
        await world.forget("c-liis")
        now = world.clock.now()
        assert await world.visit("v-1", "c-liis", name=NAME, phone=PHONE, extra={"car": "123 LII"}) == "known"
        assert await world.state("v-1") == ("suppressed", "erased")
        assert await world.forget("c-liis") is not None
        assert world.clock.now() == now


async def test_whoever_waits_for_a_question_or_a_reply_is_not_written_to_any_more(url: str) -> None:
    async with World.at(url) as world:
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE)
        await world.forget("c-liis")
        await world.days_pass(3)
        assert not world.channels["sms"].sent
    async with World.at(url) as world:
        await world.visit("v-5", "c-5", name=NAME, phone=OTHER_PHONE)
        await world.days_pass(1)
        assert await world.state("v-5") == ("asked", None)
        await world.forget("c-5")
        assert await world.state("v-5") == ("expired", None)
        sent = len(world.channels["sms"].sent)
        await world.days_pass(10)
        assert len(world.channels["sms"].sent) == sent


async def test_a_scored_visit_whose_why_is_open_counts_as_answered(url: str) -> None:
    async with World.at(url) as world:
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE)
        await world.days_pass(1)
        await world.says(PHONE, "7")
        assert await world.state("v-1") == ("answering", None)
        await world.forget("c-liis")
        assert await world.state("v-1") == ("answered", None)
        await world.days_pass(5)


async def test_an_opt_out_outlives_the_person_for_every_address(url: str) -> None:
    async with World.at(url) as world:
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE)
        await world.days_pass(1)
        await world.says(PHONE, "STOP")
        done = await world.forget("c-liis")
        assert done.opt_out_kept
        sent = len(world.channels["sms"].sent)
        await world.says(PHONE, "hello, is anybody there?")  # a stranger now, but one who wants no messages
        assert len(world.channels["sms"].sent) == sent
        person = await world.store.write(lambda tx: tx.people.lock(tx.people.by_address("sms", PHONE) or 0))
        assert person.opted_out_at is not None
        for visit_id, customer_id in (("v-2", "c-liis"), ("v-3", "c-new-id")):
            await world.visit(visit_id, customer_id, name=NAME, phone=PHONE)
            assert await world.state(visit_id) == ("suppressed", "opted_out")


async def test_what_a_person_wrote_in_a_group_and_what_staff_were_told_goes_too(url: str) -> None:
    async with World.at(url) as world:
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE)
        await world.days_pass(1)
        await world.types(700177001, "hello")
        await world.store.write(lambda tx: tx.people.resolve("c-liis", {"telegram": "700177001"}))
        await world.types(700177001, "I am Liis and I talk in the group", chat=-100500)
        await world.says(PHONE, f"3 {WORDS}")
        now = world.clock.now()

        def tell_staff(tx: Any) -> list[int]:
            texts = (f"A customer gave 3: {WORDS} <b>", "SMS is not sent: no money", f"Liis: {WORDS[:30]}…")
            bodies = ({"address": "42", "text": text} for text in texts)
            numbers = [tx.outbox.add("staff", "telegram", "42", body, now, priority=1) for body in bodies]
            tx.outbox.set(numbers[0], "sent", due_at=now)
            return numbers

        told, waiting, quoting = await world.store.write(tell_staff)
        await world.clock.advance(world.clock.now() + timedelta(minutes=1))
        assert "talk in the group" in await everything(world)
        await world.forget("telegram:700177001")
        after = await everything(world)
        assert not [word for word in (*PERSONAL, "700177001", "talk in the group") if word in after]
        rows = await world.store.write(lambda tx: [tx.outbox.get(n) for n in (told, waiting, quoting)])
        assert [row.state for row in rows if row] == ["sent", "due", "suppressed"]
        assert rows[1] is not None
        assert rows[1].body["text"] == "SMS is not sent: no money"


async def test_answers_of_another_tool_lose_their_customer_and_their_words(url: str) -> None:
    async with World.at(url) as world:
        response = Response(
            visit_id=None,
            customer_id="c-past",
            person_id=None,
            survey="nps",
            question="recommend",
            answered_at=world.clock.now(),
            day=20_000,
            channel="email",
            language="et",
            late=False,
            attributes={"branch": "Tartu"},
        )

        def past(tx: Any) -> None:
            number = tx.answers.add(response)
            tx.answers.record(number, response, "recommend", 9, None, is_why=False)
            tx.answers.record(number, response, "why", None, WORDS, is_why=True)

        await world.store.write(past)
        before = await world.scores()
        done = await world.forget("c-past")
        assert done.answers == 1
        after = await everything(world)
        assert WORDS not in after
        assert "c-past" not in after
        assert await world.scores() == before


async def test_links_and_refused_commands_go_but_a_staff_member_stays_staff(url: str) -> None:
    async with World.at(url) as world:
        now = world.clock.now()
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE)

        def prepare(tx: Any) -> None:
            tx.staff.put_link("digest", "customer", {"customer_id": "c-liis"}, None)
            tx.staff.put_link("other", "customer", {"customer_id": "c-other"}, None)
            tx.staff.audit(now, "sms", PHONE, "score 30d please", allowed=False)

        await world.store.write(prepare)
        done = await world.forget("c-liis")
        assert done.links == 1
        after = await everything(world)
        assert "score 30d please" not in after
        assert "c-other" in after


async def test_whoever_comes_back_by_an_own_wish_is_a_customer_again(url: str) -> None:
    async with World.at(url) as world:
        await world.visit("v-1", "c-liis", name=NAME, phone=PHONE)
        await world.forget("c-liis")
        await world.types(7001, PHONE, kind="contact")
        await world.visit("v-2", "c-liis", name=NAME, phone=PHONE)
        assert (await world.state("v-2"))[0] == "planned"


async def test_an_erased_person_is_found_by_nobody_and_erased_again_without_harm(url: str) -> None:
    async with World.at(url) as world:
        await liis_answers(world)
        await world.forget("c-liis")
        found = await world.store.write(lambda tx: find_person(tx, "c-liis", "EE"))
        assert found is not None
        assert found.erased_at == world.clock.now()
        assert found.customer_ids == ()
        await world.visit("v-9", "c-liis", name=NAME, phone=PHONE)
        again = await world.forget("c-liis")
        assert again.customers == 0
        assert await world.state("v-9") == ("suppressed", "erased")


async def test_the_export_holds_every_word_name_address_and_visit_and_nobody_elses(url: str) -> None:
    async with World.at(url) as world:
        await liis_answers(world)
        now = world.clock.now()
        found = await world.store.write(lambda tx: find_person(tx, PHONE, "EE"))
        assert found is not None
        data = await world.store.write(lambda tx: export_person(tx, found, Elsewhere(), now))
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        assert not [word for word in PERSONAL if word not in text]
        assert not [word for word in ("Tiit", OTHER_PHONE, "quick and friendly") if word in text]
        assert [visit["visit_id"] for visit in data["visits"]] == ["v-1", "v-2"]
        assert data["answers"][0]["score"] == 3
        assert data["addresses"] == [
            {"channel": "sms", "address": PHONE, "unusable": None, "reached_at": now.isoformat()}
        ]
        assert data["visits"][0]["story"][0] == {
            "at": now.isoformat(),
            "event": "asking",
            "detail": {"channel": "sms"},
        }


async def test_past_answers_of_an_erased_customer_come_in_without_customer_and_words(url: str) -> None:
    async with World.at(url) as world:
        await liis_answers(world)
        await world.forget("c-liis")
        firm, at = world.firm, world.clock.now() - timedelta(days=300)
        past = PastAnswer(9, WORDS, at, "c-liis", "email", "et", {"branch": "Tartu"}, 1)
        survey, zone = firm.surveys["nps"], firm.zone
        assert await world.store.write(lambda tx: store_answers(tx, survey, zone, [past])) == (1, 0)
        assert await world.store.write(lambda tx: store_answers(tx, survey, zone, [past])) == (0, 1)
        after = await everything(world)
        assert not [word for word in PERSONAL if word in after]
        assert (await world.scores())[""][0] == {"": {3: 1, 9: 1, 10: 1}}
