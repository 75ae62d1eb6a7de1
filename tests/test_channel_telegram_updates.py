"""What an update means: who wrote, from where, and that no update, however broken, raises."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Inbound, InboundKind
from bot.channels.telegram_updates import decode_update, parse_update
from tests.fakes.telegram import FakeTelegram

LIIS = 7001
STAFF = -1001


def read(update: object) -> Inbound | None:
    return parse_update(update, to="100200300", username="acme_asks_bot")


def understood(fake: FakeTelegram, update_id: int) -> Inbound:
    inbound = read(fake.updates.seen[update_id])
    assert inbound
    return inbound


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram()


def test_a_private_message_is_text_from_its_chat(fake: FakeTelegram) -> None:
    update_id = fake.say(LIIS, "9 quick and friendly")
    assert understood(fake, update_id) == Inbound(
        channel="telegram",
        external_id=str(update_id),
        address="7001",
        kind=InboundKind.TEXT,
        text="9 quick and friendly",
        to="100200300",
        user_id="7001",
        chat_id="7001",
        message_id="1",
        language="et",
        name="Liis Tamm",
    )


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/start", ""),
        ("/start Ab3_-x", "Ab3_-x"),
        ("/start@acme_asks_bot tok", "tok"),
        ("/start  two words ", "two words"),
    ],
)
def test_opening_the_bot_is_a_start_with_its_payload(fake: FakeTelegram, text: str, payload: str) -> None:
    inbound = understood(fake, fake.say(LIIS, text))
    assert (inbound.kind, inbound.text) == (InboundKind.START, payload)


@pytest.mark.parametrize("text", ["/started", "start", "/START", "see /start"])
def test_what_only_looks_like_start_is_text(fake: FakeTelegram, text: str) -> None:
    assert understood(fake, fake.say(LIIS, text)).kind is InboundKind.TEXT


def test_a_pressed_button_gives_its_data_its_message_and_the_id_to_answer(fake: FakeTelegram) -> None:
    fake.say(LIIS, "hello")
    inbound = understood(fake, fake.press(LIIS, 1, "s:1:9"))
    assert (inbound.kind, inbound.text, inbound.message_id) == (InboundKind.BUTTON, "s:1:9", "1")
    assert inbound.callback_id
    assert inbound.user_id == "7001"


def test_an_edit_gives_the_new_text_and_which_message(fake: FakeTelegram) -> None:
    fake.say(LIIS, "8")
    inbound = understood(fake, fake.edit(LIIS, 1, "I meant 9"))
    assert (inbound.kind, inbound.text, inbound.message_id) == (InboundKind.EDITED, "I meant 9", "1")


def test_media_gives_its_caption(fake: FakeTelegram) -> None:
    inbound = understood(fake, fake.send_media(LIIS, photo=[{"file_id": "x"}], caption="9, look at this"))
    assert (inbound.kind, inbound.text) == (InboundKind.MEDIA, "9, look at this")
    assert understood(fake, fake.send_media(LIIS, voice={"duration": 3})).kind is InboundKind.MEDIA
    assert understood(fake, fake.send_media(LIIS, pinned_message={})).kind is InboundKind.OTHER


@pytest.mark.parametrize("phone", ["37255550101", "+37255550101", "+372 5555 0101"])
def test_sharing_ones_own_phone_gives_it_in_e164(fake: FakeTelegram, phone: str) -> None:
    inbound = understood(fake, fake.share_contact(LIIS, phone))
    assert (inbound.kind, inbound.text) == (InboundKind.CONTACT, "+37255550101")


def test_sharing_somebody_elses_phone_proves_nothing(fake: FakeTelegram) -> None:
    stranger = understood(fake, fake.share_contact(LIIS, "+37255550199", owner=7002))
    assert (stranger.kind, stranger.text) == (InboundKind.MEDIA, "")


def test_a_forwarded_own_contact_proves_nothing(fake: FakeTelegram) -> None:
    contact = {"phone_number": "+37255550101", "first_name": "Liis", "user_id": LIIS}
    inbound = understood(fake, fake.send_media(LIIS, contact=contact, forward_origin={"type": "user"}))
    assert inbound.kind is InboundKind.MEDIA


def test_blocking_and_unblocking_are_heard(fake: FakeTelegram) -> None:
    assert understood(fake, fake.block(LIIS)).kind is InboundKind.BLOCKED
    assert understood(fake, fake.unblock(LIIS)).kind is InboundKind.UNBLOCKED
    thrown_out = understood(fake, fake.block(STAFF))
    assert (thrown_out.kind, thrown_out.private, thrown_out.chat_id) == (InboundKind.BLOCKED, False, "-1001")


def test_in_a_group_the_sender_is_known_and_the_chat_is_not_private(fake: FakeTelegram) -> None:
    inbound = understood(fake, fake.say(STAFF, "/score@acme_asks_bot 30d", user_id=LIIS))
    assert (inbound.text, inbound.user_id, inbound.chat_id) == ("/score 30d", "7001", "-1001")
    assert not inbound.private
    assert not inbound.anonymous


def test_a_command_for_another_bot_is_not_for_us(fake: FakeTelegram) -> None:
    assert read(fake.updates.seen[fake.say(STAFF, "/score@other_bot", user_id=LIIS)]) is None


def test_a_start_in_a_group_is_only_text(fake: FakeTelegram) -> None:
    assert understood(fake, fake.say(STAFF, "/start token", user_id=LIIS)).kind is InboundKind.TEXT


@pytest.mark.parametrize(
    "fields",
    [
        {"sender_chat": {"id": STAFF, "type": "supergroup"}},
        {"forward_origin": {"type": "user", "date": 1}},
        {"forward_date": 1},
        {"is_automatic_forward": True},
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}},
        {"chat": {"id": -1009, "type": "channel"}},
        {"from": None},
    ],
)
def test_whoever_cannot_be_named_is_anonymous(fake: FakeTelegram, fields: dict[str, Any]) -> None:
    assert understood(fake, fake.say(STAFF, "/score", user_id=LIIS, **fields)).anonymous


def test_a_channel_post_is_other_and_anonymous() -> None:
    inbound = read(
        {"update_id": 5, "channel_post": {"message_id": 1, "chat": {"id": -100, "type": "channel"}}}
    )
    assert inbound
    assert (inbound.kind, inbound.anonymous, inbound.private) == (InboundKind.OTHER, True, False)


def test_pressing_a_button_of_an_anonymous_message_is_not_anonymous(fake: FakeTelegram) -> None:
    fake.say(STAFF, "menu", sender_chat={"id": STAFF, "type": "supergroup"})
    assert not understood(fake, fake.press(STAFF, 1, "more", user_id=LIIS)).anonymous


def test_text_that_no_store_takes_is_made_storable(fake: FakeTelegram) -> None:
    inbound = understood(fake, fake.say(LIIS, "9\x00 \ud800" + "x" * 10_000))
    assert inbound.text.startswith("9 \ufffdxxx")
    assert len(inbound.text) <= 4096
    inbound.text.encode()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000]
)
def test_a_body_that_is_no_json_object_is_nothing(body: bytes) -> None:
    assert decode_update(body) is None


ids = st.one_of(st.integers(), st.booleans(), st.floats(), st.text(max_size=3), st.none())
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)


def real_updates() -> list[dict[str, Any]]:
    fake = FakeTelegram()
    fake.say(LIIS, "9 quick")
    fake.start(LIIS, "token")
    fake.press(LIIS, 1, "s:1:9")
    fake.edit(LIIS, 1, "8")
    fake.share_contact(LIIS, "+37255550101")
    fake.block(LIIS)
    fake.say(STAFF, "/score@acme_asks_bot", user_id=LIIS)
    return list(fake.updates.seen.values())


@given(
    st.one_of(
        json_values,
        st.builds(
            lambda id_, rest: {**rest, "update_id": id_},
            ids,
            st.dictionaries(
                st.sampled_from(
                    ["message", "edited_message", "callback_query", "my_chat_member", "channel_post", "poll"]
                ),
                json_values,
            ),
        ),
    )
)
def test_no_json_whatsoever_raises(update: object) -> None:
    inbound = read(update)
    assert inbound is None or Inbound.from_dict(json.loads(json.dumps(inbound.to_dict()))) == inbound


@given(st.data())
def test_no_mutation_of_a_real_update_raises(data: st.DataObject) -> None:
    update = copy.deepcopy(data.draw(st.sampled_from(real_updates())))
    for _ in range(data.draw(st.integers(1, 4))):
        place: Any = update
        while isinstance(place, dict) and place:
            key = data.draw(st.sampled_from(sorted(place)))
            if not isinstance(place[key], dict) or data.draw(st.booleans()):
                place[key] = data.draw(json_values)
                break
            place = place[key]
    inbound = read(update)
    if inbound:
        inbound.text.encode()
        assert inbound.address.lstrip("-").isdecimal()
