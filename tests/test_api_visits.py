"""/api/v1/visits: what a CRM may hand in, what it is told, and that nothing breaks it. Over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.e2e.inside import Whole, whole
from tests.e2e.process import API_TOKEN
from tests.fakes.twilio import FakeTwilio

PATH = "/api/v1/visits"


@pytest.fixture
async def service(twilio: FakeTwilio) -> AsyncIterator[Whole]:
    async with whole(None, twilio, listens=True) as running:
        yield running


@pytest.fixture
async def api(service: Whole) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client() as client:
        yield client


def visit(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "visit_id": f"v-{number}", "customer_id": f"c-{number}", "occurred_at": "2026-11-23T11:00", "phone": "+37255550101", **more,
    }  # fmt: skip


async def test_one_visit_is_taken_and_the_customer_is_asked(service: Whole, api: httpx.AsyncClient) -> None:
    answer = await api.post(PATH, json=visit())
    assert (answer.status_code, answer.json()) == (202, {"new": 1, "known": 0, "updated": 0, "rejected": []})
    await service.pass_time()
    assert await service.state("v-1") == ("asked", None)


async def test_a_list_is_taken_and_bad_ones_are_named_by_their_place(api: httpx.AsyncClient) -> None:
    rows = [
        visit(1),
        visit(2, phone="12"),
        {"visit_id": "v-3"},
        visit(4, occurred_at="yesterday"),
        visit(5, visit_id=5),
    ]
    answer = await api.post(PATH, json=rows)
    taken = answer.json()
    assert (answer.status_code, taken["new"]) == (202, 2)
    assert [(row["index"], row["visit_id"]) for row in taken["rejected"]] == [
        (1, "v-2"),
        (2, "v-3"),
        (3, "v-4"),
    ]
    assert all(row["problem"] for row in taken["rejected"])


async def test_the_same_again_is_known_and_a_change_is_an_update(api: httpx.AsyncClient) -> None:
    await api.post(PATH, json=visit())
    again = (await api.post(PATH, json=visit())).json()
    changed = (await api.post(PATH, json=visit(branch="Tartu"))).json()
    assert ((again["known"], again["new"]), (changed["updated"], changed["new"])) == ((1, 0), (1, 0))


async def test_a_visit_twice_in_one_list_is_one_visit(api: httpx.AsyncClient) -> None:
    taken = (await api.post(PATH, json=[visit(), visit()])).json()
    assert (taken["new"], taken["known"]) == (1, 1)


async def test_thousands_in_one_request(service: Whole, api: httpx.AsyncClient) -> None:
    rows = [visit(number, phone=f"+372555{number:05d}") for number in range(1500)]
    assert (await api.post(PATH, json=rows)).json()["new"] == 1500
    assert len(await service.rows("SELECT 1 FROM visits")) == 1500


async def test_further_columns_are_kept(service: Whole, api: httpx.AsyncClient) -> None:
    await api.post(PATH, json=visit(region="South"))
    (row,) = await service.rows("SELECT extra FROM visits")
    assert json.loads(row["extra"]) == {"region": "South"}


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer wrong"},
     {"Authorization": f"Basic {API_TOKEN}"}, {"Authorization": f"Bearer {API_TOKEN}x"}, {"Authorization": "Bearer \xe9"}],
    ids=range(7),
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/v1/visits", "/api/v1/visits/v-1", "/api/v1/score", "/api/v1"])
async def test_without_the_token_there_is_nothing(service: Whole, headers: dict[str, str], path: str) -> None:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        method = "POST" if path == PATH else "GET"
        raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        answer = await client.request(method, path, content=b"[]", headers=raw)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await service.rows("SELECT 1 FROM visits") == []


async def test_without_a_configured_token_everybody_is_refused(twilio: FakeTwilio) -> None:
    async with (
        whole(None, twilio, listens=True, web={"api_token": None}) as service,
        service.client() as client,
    ):
        assert (await client.post(PATH, json=visit())).status_code == 401
        for token in ("None", "null"):
            assert (
                await client.get("/api/v1/score", headers={"Authorization": f"Bearer {token}"})
            ).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"7", b'"v-1"', b"null", b"[1]", b"[[]]", b"[" * 50_000, b"\xff\xfe", b"true"],
    ids=range(10),
)
async def test_what_is_no_visit_is_refused_with_a_sentence(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(PATH, content=body)
    assert answer.status_code == 422
    assert "visit" in answer.json()["detail"]


async def test_an_empty_list_is_fine(api: httpx.AsyncClient) -> None:
    assert (await api.post(PATH, json=[])).json() == {"new": 0, "known": 0, "updated": 0, "rejected": []}


async def test_a_request_over_the_limit_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post(PATH, content=b" " * (1024 * 1024 + 1))
    assert (answer.status_code, "1048576" in answer.json()["detail"]) == (413, True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {"visit_id": st.one_of(anything, st.sampled_from(["v-1", "v-2"])), "customer_id": st.one_of(anything, st.just("c-1")),
     "occurred_at": st.one_of(anything, st.just("2026-11-23T11:00+02:00"))},
    optional=dict.fromkeys(("name", "phone", "language", "timezone", "amount", "resolved", "branch", "quiet_hours", "x", ""), anything),
)  # fmt: skip


async def test_no_request_however_odd_is_answered_with_500(service: Whole) -> None:
    @settings(max_examples=80, deadline=None)
    @given(st.one_of(anything, rows, st.lists(rows, max_size=3)))
    def post(body: object) -> None:
        answer = client.post(PATH, content=json.dumps(body).encode())
        assert answer.status_code in {202, 422}, (body, answer.text)

    headers = {"Authorization": f"Bearer {API_TOKEN}"}
    with httpx.Client(base_url=service.url, trust_env=False, timeout=30, headers=headers) as client:
        await asyncio.to_thread(post)


async def test_a_visit_that_cannot_be_handled_takes_no_other_with_it(
    service: Whole, api: httpx.AsyncClient
) -> None:
    await service.visit("v-1", "c-1", phone="+37255550101")
    await service.pass_time()
    await service.rows("UPDATE conversations SET data = '{' RETURNING 1")
    taken = (await api.post(PATH, json=[visit(1, visit_id="v-9"), visit(2, phone="+37255550102")])).json()
    assert (taken["new"], [row["index"] for row in taken["rejected"]]) == (1, [0])
