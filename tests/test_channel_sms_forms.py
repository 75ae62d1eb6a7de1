"""Twilio's forms: what an SMS says, what became of ours, and that no form raises."""

import itertools
import json
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Decision, Inbound, InboundKind
from bot.channels.sms_forms import (
    RANKS,
    is_ours,
    money,
    moves_forward,
    parse_form,
    parse_inbound,
    parse_status,
)

INBOUND = {"MessageSid": "SM01", "From": "+37255550101", "To": "+12025550100", "Body": " 9 "}
STATUS = {"MessageSid": "SM01", "MessageStatus": "delivered"}


def test_an_sms_is_text_and_nothing_of_it_is_trimmed() -> None:
    assert parse_inbound({**INBOUND, "AddedLater": "x"}) == Inbound(
        channel="sms",
        external_id="SM01",
        address="+37255550101",
        kind=InboundKind.TEXT,
        text=" 9 ",
        to="+12025550100",
    )


def test_a_picture_alone_is_media() -> None:
    inbound = parse_inbound({**INBOUND, "Body": "", "NumMedia": "1"})
    assert inbound
    assert inbound.kind is InboundKind.MEDIA


@pytest.mark.parametrize(("told", "kept"), [("STOP", "STOP"), ("HELP", "HELP"), ("OTHER", None), ("", None)])
def test_it_is_kept_that_twilio_answered_a_stop_itself(told: str, kept: str | None) -> None:
    inbound = parse_inbound({**INBOUND, "OptOutType": told})
    assert inbound
    assert inbound.opt_out_type == kept


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
def test_an_sms_without_its_names_is_nothing(missing: str) -> None:
    assert parse_inbound({**INBOUND, missing: ""}) is None


def test_a_failed_message_tells_what_that_means_for_the_address() -> None:
    update = parse_status({**STATUS, "MessageStatus": "undelivered", "ErrorCode": "30005"}, "attempt-1")
    assert update
    assert (update.attempt_id, update.code) == ("attempt-1", "30005")
    assert update.decision is Decision.ADDRESS_UNUSABLE


def test_a_delivered_message_has_no_decision_and_may_tell_price_and_segments() -> None:
    update = parse_status({**STATUS, "NumSegments": "2", "Price": "-0.0150"})
    assert update
    assert (update.decision, update.segments, update.price) == (None, 2, Decimal("0.0150"))


@pytest.mark.parametrize("missing", ["MessageSid", "MessageStatus"])
def test_a_status_without_its_names_is_nothing(missing: str) -> None:
    assert parse_status({**STATUS, missing: ""}) is None


def test_statuses_only_move_forward_in_whatever_order_they_come() -> None:
    for order in itertools.permutations(["queued", "sending", "sent", "delivered"]):
        current: str | None = None
        for status in order:
            current = status if moves_forward(current, status) else current
        assert current == "delivered"


def test_a_final_status_stays_and_an_unknown_one_changes_nothing() -> None:
    assert not moves_forward("failed", "delivered")
    assert not moves_forward("delivered", "undelivered")
    assert not moves_forward(None, "teleported")
    assert moves_forward("delivered", "read")
    assert all(moves_forward(None, status) for status in RANKS)


@pytest.mark.parametrize(
    ("form", "ours"),
    [
        ({"AccountSid": "AC1", "To": "+12025550100"}, True),
        ({"AccountSid": "AC2", "To": "+12025550100"}, False),
        ({"AccountSid": "AC1", "To": "+12025550123"}, False),
        ({"AccountSid": "AC1", "To": "+12025550123", "MessagingServiceSid": "MG1"}, True),
        ({"AccountSid": "AC1", "From": "+12025550100"}, False),
        ({}, False),
    ],
)
def test_account_and_number_must_be_ours(form: dict[str, str], ours: bool) -> None:
    assert is_ours(form, "AC1", "To", ["+12025550100", "MG1"]) is ours
    assert not is_ours(form, "AC1", "To", [None])


@pytest.mark.parametrize(
    ("told", "price"), [("-0.0075", "0.0075"), ("0.01", "0.01"), (None, None), ("NaN", None)]
)
def test_a_price_is_positive_money_or_nothing(told: str | None, price: str | None) -> None:
    assert money(told) == (Decimal(price) if price else None)


@given(st.dictionaries(st.text(), st.text()))
def test_no_form_raises(form: dict[str, str]) -> None:
    parse_status({**STATUS, **form})
    inbound = parse_inbound({**INBOUND, **form})
    if inbound:
        assert Inbound.from_dict(json.loads(json.dumps(inbound.to_dict()))) == inbound


@given(st.binary())
def test_no_body_raises(body: bytes) -> None:
    parse_form(body)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.text(st.characters(exclude_categories=["Cs"])),
        )
    )
)
def test_a_form_is_read_as_it_was_written(fields: list[tuple[str, str]]) -> None:
    assert parse_form(urlencode(fields).encode()) == fields


def test_a_form_of_too_many_fields_is_not_read() -> None:
    assert parse_form(b"&".join([b"a=b"] * 2000)) == []
