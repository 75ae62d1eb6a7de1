"""TelegramChannel against a Telegram on loopback: what leaves, what a refusal means, and nothing lost by polling."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.channels.base import Button, Decision, InboundKind, Outgoing, SendFailed, Sent, Timeouts
from bot.channels.telegram import TelegramChannel, TelegramSettings
from bot.channels.telegram_text import rows_of
from tests.fakes.loopback import Reply
from tests.fakes.telegram import BLOCKED, FakeTelegram, telegram_error

LIIS = 7001
STAFF = -1001
HELLO = Outgoing(address=str(LIIS), text="How likely are you to recommend us?")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=False) as fake:
        fake.start(LIIS)
        yield fake


@pytest.fixture
async def channel(fake: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    timeouts = Timeouts(connect=1, write=1, read=1, total=2)
    channel = TelegramChannel(TelegramSettings(fake.token, fake.url, timeouts, part_gap=0))
    await channel.start()
    yield channel
    await channel.close()


async def failure(channel: TelegramChannel, message: Outgoing = HELLO) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await channel.send(message, "attempt-1")
    return caught.value


async def test_a_message_arrives_as_plain_text_without_link_preview(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    sent = await channel.send(replace(HELLO, text="<b>5 < 6</b> & https://acme.example"), "attempt-1")
    assert fake.sent[0].text == "<b>5 < 6</b> & https://acme.example"
    assert sent == Sent(str(fake.sent[0].message_id))
    assert "parse_mode" not in fake.sent[0].params
    assert fake.sent[0].params["link_preview_options"] == {"is_disabled": True}


async def test_scores_stand_in_rows_of_six_and_five(fake: FakeTelegram, channel: TelegramChannel) -> None:
    scores = rows_of([Button(str(score), f"s:1:{score}") for score in range(11)], 6, 5)
    await channel.send(replace(HELLO, buttons=scores), "attempt-1")
    assert [len(row) for row in fake.sent[0].buttons] == [6, 5]
    assert fake.sent[0].buttons[1][-1] == "s:1:10"


async def test_the_phone_is_asked_for_by_telegrams_own_button(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    await channel.send(replace(HELLO, request_contact="Share my number"), "attempt-1")
    keyboard = fake.sent[0].params["reply_markup"]["keyboard"]
    assert keyboard == [[{"text": "Share my number", "request_contact": True}]]


async def test_staff_answers_may_be_marked_up(fake: FakeTelegram, channel: TelegramChannel) -> None:
    await channel.send(replace(HELLO, text="<b>NPS +42</b> &lt;ok&gt;", html=True), "attempt-1")
    assert fake.sent[0].text == "NPS +42 <ok>"


async def test_a_chart_goes_with_the_answer_as_its_caption(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    await channel.send(replace(HELLO, text="<b>NPS +42</b>", html=True, photo=png), "attempt-1")
    assert (fake.sent[0].photo, fake.sent[0].text) == (len(png), "NPS +42")


async def test_a_chart_goes_alone_before_a_text_too_long_for_a_caption(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    await channel.send(replace(HELLO, text="long " * 300, photo=b"\x89PNG"), "attempt-1")
    assert [(sent.photo, len(sent.text) > 1024) for sent in fake.sent] == [(4, False), (None, True)]


async def test_a_long_text_becomes_several_messages_with_the_buttons_under_the_last(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    text = "\n".join(f"{number}. a why of some length" for number in range(400))
    sent = await channel.send(replace(HELLO, text=text, buttons=((Button("More", "more"),),)), "attempt-1")
    assert "\n".join(part.text for part in fake.sent) == text
    assert [part.buttons for part in fake.sent] == [[]] * (len(fake.sent) - 1) + [[["more"]]]
    assert sent.provider_id == str(fake.sent[-1].message_id)


async def test_a_text_that_went_out_in_part_is_unknown_though_the_refusal_alone_would_be_safe(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    fake.limited = True  # the second part comes in the same second
    failed = await failure(channel, replace(HELLO, text="x" * 5000))
    assert (failed.decision, failed.code) == (Decision.UNKNOWN, "429")
    assert len(fake.sent) == 1


async def test_the_answered_question_loses_its_buttons_and_shows_the_choice(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    sent = await channel.send(replace(HELLO, buttons=((Button("9", "s:9"),),)), "attempt-1")
    chosen = Outgoing(
        address=str(LIIS),
        text="How likely are you to recommend us? — 9",
        edit_message_id=sent.provider_id,
        answer_callback="4000",
    )
    assert await channel.send(chosen, "attempt-2") == sent
    message = fake.messages[LIIS, int(sent.provider_id or 0)]
    assert message["text"].endswith("— 9")
    assert "reply_markup" not in message
    assert [method for method, _ in fake.calls[-2:]] == ["answerCallbackQuery", "editMessageText"]


async def test_only_the_buttons_can_be_taken_away(fake: FakeTelegram, channel: TelegramChannel) -> None:
    sent = await channel.send(replace(HELLO, buttons=((Button("9", "s:9"),),)), "attempt-1")
    without = Outgoing(address=str(LIIS), text="", edit_message_id=sent.provider_id)
    await channel.send(without, "attempt-2")
    await channel.send(without, "attempt-3")  # "message is not modified" is no failure
    assert "reply_markup" not in fake.messages[LIIS, int(sent.provider_id or 0)]


@pytest.mark.parametrize(
    "words",
    ["message is not modified", "message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"],
)
async def test_an_edit_that_came_too_late_is_no_failure(
    fake: FakeTelegram, channel: TelegramChannel, words: str
) -> None:
    fake.fail(telegram_error(400, f"Bad Request: {words}"))
    assert await channel.send(replace(HELLO, edit_message_id="1"), "attempt-1") == Sent("1")


async def test_answering_a_button_press_alone_sends_nothing(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    assert await channel.send(Outgoing(str(LIIS), "", answer_callback="4000"), "attempt-1") == Sent(None)
    assert [method for method, _ in fake.calls] == ["answerCallbackQuery"]


@pytest.mark.parametrize(
    ("answer", "decision", "code"),
    [
        (BLOCKED, Decision.OPTED_OUT, "blocked"),
        (telegram_error(403, "Forbidden: user is deactivated"), Decision.ADDRESS_UNUSABLE, "deactivated"),
        (
            telegram_error(403, "Forbidden: bot can't initiate conversation with a user"),
            Decision.ADDRESS_UNUSABLE,
            "not_started",
        ),
        (
            telegram_error(403, "Forbidden: bot was kicked from the group chat"),
            Decision.ADDRESS_UNUSABLE,
            "kicked",
        ),
        (
            telegram_error(403, "Forbidden: bots can't send messages to bots"),
            Decision.ADDRESS_UNUSABLE,
            "is_bot",
        ),
        (telegram_error(403, "Forbidden: something new"), Decision.OPTED_OUT, "blocked"),
        (telegram_error(400, "Bad Request: chat not found"), Decision.ADDRESS_UNUSABLE, "chat_not_found"),
        (telegram_error(400, "Bad Request: PEER_ID_INVALID"), Decision.ADDRESS_UNUSABLE, "chat_not_found"),
        (
            telegram_error(400, "Bad Request: not enough rights to send text messages to the chat"),
            Decision.ADDRESS_UNUSABLE,
            "no_rights",
        ),
        (telegram_error(400, "Bad Request: something new"), Decision.LATER, "400"),
        (telegram_error(401, "Unauthorized"), Decision.OPERATOR, "401"),
        (telegram_error(404, "Not Found"), Decision.OPERATOR, "404"),
        (telegram_error(409, "Conflict"), Decision.OPERATOR, "409"),
        (telegram_error(429, "Too Many Requests: retry after 7", retry_after=7), Decision.LATER, "429"),
        (telegram_error(429, "Too Many Requests"), Decision.LATER, "429"),
        (telegram_error(500, "Internal Server Error"), Decision.UNKNOWN, "500"),
        (telegram_error(502, "Bad Gateway"), Decision.UNKNOWN, "502"),
        (telegram_error(503, "Service Unavailable"), Decision.LATER, "503"),
    ],
)
async def test_every_refusal_is_a_decision(
    fake: FakeTelegram, channel: TelegramChannel, answer: Reply, decision: Decision, code: str
) -> None:
    fake.fail(answer)
    failed = await failure(channel)
    assert (failed.decision, failed.code) == (decision, code)
    assert len([method for method, _ in fake.calls if method == "sendMessage"]) == 1, "retried by itself"


async def test_telegram_says_how_long_to_wait(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fail(telegram_error(429, "Too Many Requests: retry after 7", retry_after=7))
    assert (await failure(channel)).retry_after == 7.0


async def test_a_group_that_became_a_supergroup_tells_its_new_id(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    fake.migrated[STAFF] = -1002003004005
    failed = await failure(channel, Outgoing(str(STAFF), "NPS +42"))
    assert (failed.decision, failed.new_address) == (Decision.MOVED, "-1002003004005")


async def test_verify_names_the_bot_and_a_wrong_token_is_for_the_operator(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    assert await channel.verify() == "telegram: @acme_asks_bot (id 100200300)"
    assert channel.sender == "100200300"
    stranger = TelegramChannel(TelegramSettings("100200300:other", fake.url))
    await stranger.start()
    with pytest.raises(SendFailed) as caught:
        await stranger.verify()
    await stranger.close()
    assert caught.value.decision is Decision.OPERATOR


async def test_a_deep_link_opens_the_bot_with_its_token(channel: TelegramChannel) -> None:
    token = "Ab3_-" * 6
    assert await channel.deep_link(token) == f"https://t.me/acme_asks_bot?start={token}"


async def test_starting_asks_nobody(fake: FakeTelegram, channel: TelegramChannel) -> None:
    assert fake.calls == []


async def test_polling_returns_the_same_updates_until_a_higher_offset_confirms_them(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    last = fake.say(LIIS, "9")
    first = await channel.poll(None, timeout=0)
    assert [update["update_id"] for update in first] == [last - 1, last]
    assert await channel.poll(None, timeout=0) == first, "a crash before storing lost updates"
    assert await channel.poll(last, timeout=0) == first[1:]
    assert await channel.poll(last + 1, timeout=0) == []


async def test_what_was_polled_can_be_read(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.say(LIIS, "9 quick and friendly")
    inbound = channel.parse_update((await channel.poll(None, timeout=0))[-1])
    assert inbound
    assert (inbound.kind, inbound.text, inbound.to) == (InboundKind.TEXT, "9 quick and friendly", "100200300")


async def test_an_empty_poll_waits_and_a_message_ends_the_wait(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    await channel.poll(fake.say(LIIS, "9") + 1, timeout=0)
    waiting = asyncio.create_task(channel.poll(None, timeout=30))
    while not fake.updates.waiting:
        await asyncio.sleep(0.001)
    fake.say(LIIS, "10")
    assert [update["message"]["text"] for update in await waiting] == ["10"]


async def test_a_second_poller_is_told_to_the_operator(fake: FakeTelegram, channel: TelegramChannel) -> None:
    await channel.set_webhook("https://askwhy.example/webhooks/telegram", "s" * 32)
    with pytest.raises(SendFailed) as caught:
        await channel.poll(None, timeout=0)
    assert (caught.value.decision, caught.value.code) == (Decision.OPERATOR, "409")
    await channel.delete_webhook()
    assert await channel.poll(None, timeout=0)


async def test_the_webhook_is_set_with_its_secret_and_the_kinds_we_read(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    await channel.set_webhook("https://askwhy.example/webhooks/telegram", "s" * 32)
    method, params = fake.calls[-1]
    assert method == "setWebhook"
    assert params["secret_token"] == "s" * 32
    assert params["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


@pytest.mark.parametrize("limit", ["overall", "chat", "group"])
async def test_the_fakes_limits_are_telegrams(limit: str) -> None:
    now = 0.0
    async with FakeTelegram(clock=lambda: now) as fake:
        channel = TelegramChannel(TelegramSettings(fake.token, fake.url))
        await channel.start()
        addresses = {
            "overall": [str(9000 + n) for n in range(31)],
            "chat": ["7001"] * 2,
            "group": ["-1001"] * 21,
        }[limit]
        fake.known.update(map(int, addresses))
        for address in addresses[:-1]:
            await channel.send(Outgoing(address, "hello"), "attempt")
            now += 1.0 if limit == "group" else 0.0
        failed = await failure(channel, Outgoing(addresses[-1], "hello"))
        await channel.close()
        assert (failed.decision, failed.code) == (Decision.LATER, "429")
        assert failed.retry_after
        assert len(fake.sent) == len(addresses) - 1
