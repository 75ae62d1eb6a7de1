"""The doors for Twilio and Telegram: who gets in, what is stored, what is answered. Over real HTTP."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from tests.e2e.asking_http import SECRET, SMS, STATUS, TELEGRAM, post_sms, sms_form
from tests.e2e.inside import PUBLIC, Whole, whole
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import TOKEN as AUTH_TOKEN
from tests.fakes.twilio import FakeTwilio


@pytest.fixture
async def service(telegram: FakeTelegram, twilio: FakeTwilio) -> AsyncIterator[Whole]:
    async with whole(telegram, twilio, listens=True) as running:
        yield running


async def stored(service: Whole) -> list[str]:
    return [
        row["external_id"] for row in await service.rows("SELECT external_id FROM inbox ORDER BY inbox_id")
    ]


async def test_a_signed_sms_is_stored_and_answered_with_an_empty_response(service: Whole) -> None:
    answer = await post_sms(service, sms_form("SM1"))
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.headers["content-type"].startswith("application/xml")
    assert await stored(service) == ["SM1"]


async def test_unknown_and_blank_fields_do_not_matter(service: Whole) -> None:
    form = sms_form("SM1", " 9  ", FromCity="", AddedTomorrow="x=1&y", OptOutType="")
    assert (await post_sms(service, form)).status_code == 200


async def test_only_the_configured_address_counts_whatever_the_headers_say(service: Whole) -> None:
    proxied = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert (await post_sms(service, sms_form("SM1"), headers=proxied)).status_code == 200
    for public in ("https://evil.example", "http://feedback.example.com", service.url):
        answer = await post_sms(
            service, sms_form("SM2"), public=public, headers={"Host": public.rpartition("/")[2]}
        )
        assert answer.status_code == 403
    assert await stored(service) == ["SM1"]


@pytest.mark.parametrize("bit", [0, 3, 40, 77, 130])
async def test_one_bit_flipped_is_refused_and_leaves_no_trace(service: Whole, bit: int) -> None:
    form = sms_form("SM1")
    good = RequestValidator(service.twilio.token if service.twilio else "").compute_signature(
        PUBLIC + SMS, form
    )
    wrong = bytearray(base64.b64decode(good))
    wrong[bit // 8] ^= 1 << bit % 8
    answer = await post_sms(service, form, signature=base64.b64encode(wrong).decode())
    assert (answer.status_code, await stored(service)) == (403, [])


@pytest.mark.parametrize(
    "change", [{"AccountSid": "AC" + "9" * 32}, {"To": "+12025550111"}, {"MessageSid": ""}, {"From": ""}]
)
async def test_what_is_signed_but_not_for_us_is_refused(service: Whole, change: dict[str, str]) -> None:
    assert (await post_sms(service, sms_form("SM1", **change))).status_code == 403
    assert await stored(service) == []


async def test_a_status_of_a_foreign_sender_is_refused(service: Whole) -> None:
    form = {**sms_form(), "MessageStatus": "delivered", "From": "+12025550111", "To": "+37255550101"}
    assert (await post_sms(service, form, path=STATUS)).status_code == 403


async def test_a_status_of_a_message_nobody_knows_is_taken_and_forgotten(service: Whole) -> None:
    form = {**sms_form(), "MessageStatus": "delivered", "From": "+12025550100", "To": "+37255550101"}
    assert (await post_sms(service, form, path=STATUS)).status_code == 204


async def test_a_json_body_is_heard_when_its_hash_is_in_the_signed_address(service: Whole) -> None:
    answer = await post_json(service, {**sms_form("SM1", "9 kõik hea"), "NumMedia": 0, "Tags": None})
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    status = {**sms_form("SM2"), "MessageStatus": "delivered", "From": "+12025550100", "To": "+37255550101"}
    assert (await post_json(service, status, path=STATUS)).status_code == 204
    (row,) = await service.rows("SELECT external_id, body FROM inbox")
    assert (row["external_id"], json.loads(row["body"])["text"]) == ("SM1", "9 kõik hea")


async def test_a_json_body_that_is_not_the_signed_one_or_not_for_us_is_refused(service: Whole) -> None:
    form = sms_form("SM1")
    other = json.dumps({**form, "Body": "0"}).encode()
    assert (await post_json(service, form, sent=other)).status_code == 403
    assert (await post_json(service, form, hashed=b"something else")).status_code == 403
    assert (await post_json(service, form, token="another")).status_code == 403
    assert (await post_json(service, {**form, "AccountSid": "AC" + "9" * 32})).status_code == 403
    for body in (
        b"[]",
        b"null",
        b'"SM1"',
        b"{",
        b"\xff",
        b'{"MessageSid": ' + b"9" * 5000 + b"}",
        b"[" * 60_000,
    ):
        assert (await post_json(service, form, sent=body, hashed=body)).status_code == 403
    assert await stored(service) == []


async def test_a_json_body_is_no_form_even_if_it_says_so(service: Whole) -> None:
    assert (
        await post_json(service, sms_form("SM1"), content_type="application/x-www-form-urlencoded")
    ).status_code == 403
    assert await stored(service) == []


async def post_json(
    service: Whole,
    form: Mapping[str, object],
    *,
    path: str = SMS,
    token: str = AUTH_TOKEN,
    sent: bytes | None = None,
    hashed: bytes | None = None,
    content_type: str = "application/json",
) -> httpx.Response:
    """Post a body signed as Twilio signs one that is no form; Twilio's own validator must agree with our answer."""
    body = json.dumps(form).encode()
    target = f"{path}?bodySHA256={hashlib.sha256(body if hashed is None else hashed).hexdigest()}"
    signature = RequestValidator(token).compute_signature(PUBLIC + target, {})
    headers = {"X-Twilio-Signature": signature, "Content-Type": content_type}
    async with service.client() as client:
        answer = await client.post(target, content=body if sent is None else sent, headers=headers)
    if answer.is_success:
        assert RequestValidator(AUTH_TOKEN).validate(PUBLIC + target, (sent or body).decode(), signature)
    return answer


async def test_during_a_rotation_both_tokens_and_a_shared_key_sign(twilio: FakeTwilio) -> None:
    secrets = {"auth_token_2": "fake-second-token", "shared_key": "fake-shared-key"}
    async with whole(None, twilio, listens=True, sms=secrets) as service:
        for sid, token in (("SM1", twilio.token), ("SM2", "fake-second-token")):
            assert (await post_sms(service, sms_form(sid), token=token)).status_code == 200
        form = sms_form("SM3")
        text = PUBLIC + SMS + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new(b"fake-shared-key", text.encode(), hashlib.sha256).digest()
        settings_header = {"X-Twilio-Webhooks-Signature-Settings": "key=K1,algorithm=HMAC_SHA256"}
        answer = await post_sms(
            service, form, signature=base64.b64encode(digest).decode(), headers=settings_header
        )
        assert answer.status_code == 200
        assert (await post_sms(service, sms_form("SM4"), token="another")).status_code == 403
        assert await stored(service) == ["SM1", "SM2", "SM3"]


async def test_the_same_message_many_times_at_once_is_one_message_with_one_answer(service: Whole) -> None:
    await service.visit("v-1", phone="+37255550101")
    await service.pass_time()
    answers = await asyncio.gather(*(post_sms(service, sms_form("SM1", "9")) for _ in range(5)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "<Response/>")}
    await service.pass_time()
    assert await stored(service) == ["SM1"]
    assert service.twilio
    assert len(service.twilio.sent) == 2


async def test_the_same_message_after_a_restart_and_eight_days_later_is_still_known(
    twilio: FakeTwilio, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path / 'askwhy.db'}"
    for days in (0, 0, 8):
        async with whole(None, twilio, store=store, listens=True) as service:
            await service.pass_time(days=days)
            answer = await post_sms(service, sms_form("SM1", "stop"))
            assert (answer.status_code, answer.text) == (200, "<Response/>")
            await service.pass_time()
            assert await stored(service) == ["SM1"]
    assert len(twilio.sent) == 1


async def test_telegram_gets_in_by_its_secret_only(service: Whole) -> None:
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "chat": {"id": 7001, "type": "private"}, "text": "hi"},
    }
    async with service.client() as client:
        for headers in ({}, {next(iter(SECRET)): "wrong"}, {next(iter(SECRET)): ""}):
            assert (await client.post(TELEGRAM, json=update, headers=headers)).status_code == 403
        assert await stored(service) == []
        for _ in range(3):
            assert (await client.post(TELEGRAM, json=update, headers=SECRET)).status_code == 200
    assert await stored(service) == ["1"]


async def test_without_a_webhook_secret_there_is_no_webhook(telegram: FakeTelegram) -> None:
    async with (
        whole(telegram, listens=True, telegram={"mode": "polling"}) as service,
        service.client() as client,
    ):
        assert (await client.post(TELEGRAM, json={"update_id": 1}, headers=SECRET)).status_code == 404


@pytest.mark.parametrize("path", [SMS, STATUS, TELEGRAM])
async def test_a_body_over_the_limit_is_refused_before_it_is_read(service: Whole, path: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b"x" * 1024

    async with service.client() as client:
        assert (await client.post(path, content=b"x" * 70_000, headers=SECRET)).status_code == 413
        assert (await client.post(path, content=endless(), headers=SECRET)).status_code == 413
    assert await stored(service) == []


@pytest.mark.parametrize("path", [SMS, STATUS, TELEGRAM])
async def test_other_methods_are_not_allowed(service: Whole, path: str) -> None:
    async with service.client() as client:
        assert (await client.get(path)).status_code == 405


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
chats = st.one_of(
    anything,
    st.fixed_dictionaries(
        {"id": st.one_of(anything, st.integers(1, 9)), "type": st.one_of(anything, st.just("private"))}
    ),
)
messages = st.fixed_dictionaries(
    {"chat": chats},
    optional={"text": st.one_of(anything, st.sampled_from(["9", "stop", "/score", "/start x", "\ud800", "\x00", "1️⃣"])),
              "from": anything, "message_id": anything, "contact": anything, "caption": anything},
)  # fmt: skip
updates = st.fixed_dictionaries(
    {"update_id": st.one_of(anything, st.integers(1, 5000))},
    optional={"message": st.one_of(anything, messages), "edited_message": messages, "my_chat_member": messages,
              "callback_query": st.one_of(anything, st.fixed_dictionaries({"id": anything, "data": anything, "message": messages}))},
)  # fmt: skip


async def test_no_update_however_malformed_is_answered_with_500(service: Whole) -> None:
    await service.link("c-1", 7)
    await service.visit("v-1", "c-1")
    await service.pass_time()

    @settings(max_examples=150, deadline=None)
    @given(st.one_of(updates.map(lambda update: json.dumps(update).encode()), st.binary(max_size=200)))
    def post(body: bytes) -> None:
        answer = client.post(TELEGRAM, content=body, headers=SECRET)
        assert answer.status_code in {200, 400}, body

    with httpx.Client(base_url=service.url, trust_env=False, timeout=30) as client:
        await asyncio.to_thread(post)
    await service.pass_time()
    assert await service.rows("SELECT error FROM inbox WHERE state IN ('retry', 'quarantined')") == []


@pytest.mark.parametrize(
    "body",
    [b"[" * 60_000, b'{"update_id":' + b"9" * 5000 + b"}", b"\xff\xfe", b"{}", b"[]", b"null", b""],
    ids=range(7),
)
async def test_bodies_that_break_parsers_are_refused_or_ignored(service: Whole, body: bytes) -> None:
    async with service.client() as client:
        assert (await client.post(TELEGRAM, content=body, headers=SECRET)).status_code in {200, 400}
    assert await stored(service) == []


async def test_no_form_however_malformed_is_answered_with_500(service: Whole) -> None:
    validator = RequestValidator("fake-auth-token-that-no-log-may-show")
    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)

    @settings(max_examples=100, deadline=None)
    @given(
        st.fixed_dictionaries({"Body": texts, "From": st.one_of(texts, st.just("+37255550101"))}),
        st.sampled_from([SMS, STATUS]),
    )
    def post(some: dict[str, str], path: str) -> None:
        form = {**sms_form(f"SM{hash(some['Body'])}"), "MessageStatus": some["Body"], **some}
        if path == STATUS:
            form["From"] = "+12025550100"
        signature = validator.compute_signature(PUBLIC + path, form)
        answer = client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code in {200, 204, 403}, form

    with httpx.Client(base_url=service.url, trust_env=False, timeout=30) as client:
        await asyncio.to_thread(post)
    assert await service.rows("SELECT error FROM inbox WHERE state IN ('retry', 'quarantined')") == []
