"""Only the provider gets in: one bit changed anywhere is refused, every way in which Twilio signs is accepted."""

import base64
import hashlib
import hmac
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator, get_signature_algorithm

from bot.channels.signatures import SETTINGS, SIGNATURE, same_secret, twilio_signed
from bot.channels.sms import SmsChannel, SmsSettings

TOKEN = "fake-auth-token"
URL = "https://askwhy.example/webhooks/sms"
FORM = {
    "MessageSid": "SM01",
    "AccountSid": "AC1",
    "From": "+37255550101",
    "To": "+12025550100",
    "Body": " 9 kõik sai kohe korda & ",
    "FromCity": "",
    "AddedLater": "x=1",
}
SETTINGS_OF_US = SmsSettings(
    "AC1", TOKEN, from_number="+12025550100", public_base_url="https://askwhy.example/"
)
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


def signed(url: str = URL, form: dict[str, str] = FORM, token: str = TOKEN) -> tuple[bytes, dict[str, str]]:
    """A request as Twilio signs it, by Twilio's own library."""
    signature = RequestValidator(token).compute_signature(url, form)
    return urlencode(form).encode(), {SIGNATURE: signature, "content-type": FORM_TYPE}


def test_a_signed_form_gets_in() -> None:
    body, headers = signed()
    assert twilio_signed(URL, body, headers, [TOKEN])


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_any_form_that_twilio_signs_gets_in(form: dict[str, str]) -> None:
    body, headers = signed(form=form)
    assert twilio_signed(URL, body, headers, [TOKEN])


@given(st.integers(0, 10_000))
def test_one_bit_changed_in_the_body_is_refused(at: int) -> None:
    body, headers = signed()
    changed = bytearray(body)
    changed[at // 8 % len(body)] ^= 1 << at % 8
    genuine = twilio_signed(URL, bytes(changed), headers, [TOKEN])
    assert not genuine or dict_of(bytes(changed)) == dict_of(body)  # %C3 and %c3 are the same letter


def dict_of(body: bytes) -> dict[str, str]:
    from bot.channels.sms_forms import parse_form

    return dict(parse_form(body))


@given(st.integers(0, 10_000))
def test_one_bit_changed_in_the_address_is_refused(at: int) -> None:
    body, headers = signed()
    changed = bytearray(URL.encode())
    changed[len("https") + at // 7 % (len(URL) - len("https"))] ^= 1 << at % 7  # HTTPS is https
    assert not twilio_signed(changed.decode(), body, headers, [TOKEN])


@given(st.integers(0, 10_000))
def test_one_bit_changed_in_the_signature_is_refused(at: int) -> None:
    body, headers = signed()
    changed = bytearray(headers[SIGNATURE].encode())
    changed[at // 7 % len(changed)] ^= 1 << at % 7
    assert not twilio_signed(URL, body, {**headers, SIGNATURE: changed.decode()}, [TOKEN])


@pytest.mark.parametrize("signature", [None, "", "=", "é", "\ud800", "A" * 28])
def test_no_signature_or_nonsense_is_refused(signature: str | None) -> None:
    body, headers = signed()
    given_headers = (
        {**headers, SIGNATURE: signature} if signature is not None else {"content-type": FORM_TYPE}
    )
    assert not twilio_signed(URL, body, given_headers, [TOKEN])


def test_another_token_is_refused_and_two_are_accepted_while_one_is_replaced() -> None:
    body, headers = signed(token="old-token")
    assert not twilio_signed(URL, body, headers, [TOKEN])
    assert twilio_signed(URL, body, headers, [TOKEN, "old-token"])


def test_twilio_may_have_signed_with_the_port_in_the_address() -> None:
    body, headers = signed("https://askwhy.example:443/webhooks/sms")
    assert twilio_signed(URL, body, headers, [TOKEN])


def test_the_same_field_twice_is_signed_as_twilio_does() -> None:
    body = b"a=2&a=1&a=2"
    text = f"{URL}a1a2"
    signature = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
    assert twilio_signed(URL, body, {SIGNATURE: signature, "content-type": FORM_TYPE}, [TOKEN])


def test_a_json_body_is_signed_by_its_hash_in_the_address() -> None:
    body = '{"status": "kõik"}'.encode()
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {
        SIGNATURE: RequestValidator(TOKEN).compute_signature(url, {}),
        "content-type": "application/json",
    }
    assert twilio_signed(url, body, headers, [TOKEN])
    assert not twilio_signed(url, body + b" ", headers, [TOKEN])


@given(st.binary(max_size=40), st.binary(max_size=40), st.booleans())
def test_a_json_body_gets_in_exactly_when_twilios_own_validator_lets_it_in(
    body: bytes, signed_body: bytes, same: bool
) -> None:
    url = f"{URL}?bodySHA256={hashlib.sha256(body if same else signed_body).hexdigest()}"
    headers = {
        SIGNATURE: RequestValidator(TOKEN).compute_signature(url, {}),
        "content-type": "application/json",
    }
    genuine = twilio_signed(url, body, headers, [TOKEN])
    assert genuine == (same or body == signed_body)
    with suppress(UnicodeDecodeError):  # Twilio's validator takes text only
        assert RequestValidator(TOKEN).validate(url, body.decode(), headers[SIGNATURE]) == genuine


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "key=K1",
        "key=K1,algorithm=HMAC_SHA256",
        "algorithm = hmac_sha256 ,key=K1",
        "key=K1,algorithm=",
        "algorithm=HMAC_SHA1",
        "algorithm=HMAC_MD5,key=K1",
        "algorithm=,algorithm=HMAC_SHA256",
        "algorithm=HMAC_SHA256,algorithm=HMAC_SHA1",
        ",,=,algorithm",
    ],
)
def test_the_header_of_a_shared_key_is_read_as_twilios_own_library_reads_it(settings: str) -> None:
    theirs = get_signature_algorithm(settings)
    for algorithm in ("HMAC_SHA1", "HMAC_SHA256"):
        signature = RequestValidator("shared").compute_signature(URL, FORM, algorithm)
        headers = {SIGNATURE: signature, SETTINGS: settings, "content-type": FORM_TYPE}
        ours = twilio_signed(URL, urlencode(FORM).encode(), headers, [TOKEN, "shared"])
        assert ours == RequestValidator("shared").validate(URL, FORM, signature, theirs), algorithm


def test_a_json_body_without_its_hash_is_refused() -> None:
    headers = {
        SIGNATURE: RequestValidator(TOKEN).compute_signature(URL, {}),
        "content-type": "application/json",
    }
    assert not twilio_signed(URL, b"{}", headers, [TOKEN])


def test_a_shared_key_signs_by_sha256() -> None:
    signature = RequestValidator("shared").compute_signature(URL, FORM, "HMAC_SHA256")
    headers = {
        SIGNATURE: signature,
        SETTINGS: "key=webhooks_sharedkey_1, algorithm=HMAC_SHA256",
        "content-type": FORM_TYPE,
    }
    body = urlencode(FORM).encode()
    assert twilio_signed(URL, body, headers, [TOKEN, "shared"])
    assert not twilio_signed(URL, body, {**headers, SETTINGS: ""}, [TOKEN, "shared"])
    assert not twilio_signed(URL, body, {**headers, SETTINGS: "algorithm=NONE"}, [TOKEN, "shared"])


@pytest.mark.parametrize("secrets", [[], [""], [TOKEN, ""]])
def test_without_a_secret_nothing_is_checked_and_so_nothing_gets_in(secrets: list[str]) -> None:
    body, headers = signed()
    with pytest.raises(ValueError, match="ASKWHY_SMS__AUTH_TOKEN"):
        twilio_signed(URL, body, headers, secrets)


def test_an_sms_to_us_is_read_by_the_public_address_and_not_by_where_it_arrived() -> None:
    body, headers = signed()
    inbound = SmsChannel(SETTINGS_OF_US).read_inbound(
        "/webhooks/sms", "", {**headers, "host": "evil.example"}, body
    )
    assert inbound
    assert inbound.text == FORM["Body"]


@pytest.mark.parametrize("change", [{"AccountSid": "AC2"}, {"To": "+12025550123"}])
def test_a_signed_sms_for_another_account_or_number_is_refused(change: dict[str, str]) -> None:
    body, headers = signed(form={**FORM, **change})
    assert SmsChannel(SETTINGS_OF_US).read_inbound("/webhooks/sms", "", headers, body) is None


def test_an_sms_to_any_number_of_our_messaging_service_is_read() -> None:
    channel = SmsChannel(replace(SETTINGS_OF_US, from_number=None, messaging_service_sid="MG1"))
    body, headers = signed(form={**FORM, "To": "+12025550177", "MessagingServiceSid": "MG1"})
    assert channel.read_inbound("/webhooks/sms", "", headers, body)


def test_a_status_is_read_with_the_attempt_of_its_address() -> None:
    form = {"MessageSid": "SM01", "MessageStatus": "sent", "AccountSid": "AC1", "From": "+12025550100"}
    channel = SmsChannel(SETTINGS_OF_US)
    path, _, query = channel.status_callback("a/1 é").removeprefix("https://askwhy.example").partition("?")
    body, headers = signed(f"https://askwhy.example{path}?{query}", form)
    update = channel.read_status(path, query, headers, body)
    assert update
    assert (update.attempt_id, update.status) == ("a/1 é", "sent")
    assert channel.read_status(path, "attempt=other", headers, body) is None


def test_telegrams_secret_must_be_the_same_and_must_be_set() -> None:
    assert same_secret("s3cret", "s3cret")
    assert not same_secret("s3creT", "s3cret")
    assert not same_secret("", "s3cret")
    assert not same_secret(None, "s3cret")
    assert not same_secret("\ud800é", "s3cret")
    with pytest.raises(ValueError, match="ASKWHY_TELEGRAM__WEBHOOK_SECRET"):
        same_secret("", "")
