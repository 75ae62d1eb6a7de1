"""/api/v1/score, /api/v1/visits/{id} and the description of the API. Over real HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi.openapi.models import OpenAPI

from tests.e2e.asking_http import post_sms, sms_form
from tests.e2e.inside import Whole, whole
from tests.fakes.twilio import FakeTwilio

PHONE = "+37255550101"


@pytest.fixture
async def service(twilio: FakeTwilio) -> AsyncIterator[Whole]:
    async with whole(None, twilio, listens=True) as running:
        await running.visit("v-1", phone=PHONE, branch="Tartu")
        await running.pass_time()
        await post_sms(running, sms_form("SM1", "9 quick and friendly"))
        await running.pass_time()
        yield running


@pytest.fixture
async def api(service: Whole) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client() as client:
        yield client


async def test_the_score_has_the_keys_of_the_manual(api: httpx.AsyncClient) -> None:
    score = (await api.get("/api/v1/score", params={"period": "30d", "by": "branch"})).json()
    assert set(score) == {
        "survey", "question", "measure", "from", "to", "asked", "n", "response_rate", "value", "low", "high", "shown",
        "bands", "counts", "change", "groups",
    }  # fmt: skip
    assert (score["asked"], score["n"], score["value"], score["counts"]["9"]) == (1, 1, 100.0, 1)
    assert [group["key"] for group in score["groups"]] == ["Tartu"]


@pytest.mark.parametrize(
    "params", [{"period": "soon"}, {"by": "shoe size"}, {"survey": "npss"}, {"period": "x" * 3000}], ids=str
)
async def test_a_wrong_word_is_422_with_a_sentence(api: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await api.get("/api/v1/score", params=params)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


async def test_a_filter_that_is_not_there_is_refused_and_an_empty_word_is_none(
    api: httpx.AsyncClient,
) -> None:
    refused = await api.get("/api/v1/score", params={"where": "branch=Tartu"})
    assert (refused.status_code, "'where'" in refused.json()["detail"]) == (422, True)
    plain, empty = [await api.get(f"/api/v1/score{words}") for words in ("", "?period=&survey=&by=")]
    assert plain.json() == empty.json()


async def test_the_story_of_a_visit(api: httpx.AsyncClient) -> None:
    story = (await api.get("/api/v1/visits/v-1")).json()
    assert (story["visit_id"], story["state"], story["reason"]) == ("v-1", "answered", None)
    assert {"asking", "asked", "answered"} <= {event["event"] for event in story["events"]}
    assert set(story["events"][0]) == {"at", "event", "detail"}


async def test_a_visit_nobody_knows_is_404(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/v1/visits/v-0")
    assert (answer.status_code, "v-0" in answer.json()["detail"]) == (404, True)


@pytest.mark.parametrize("visit_id", ["a/b", "a b", "õ", "%00", "a?b#c"])
async def test_any_visit_id_can_be_asked_for(service: Whole, api: httpx.AsyncClient, visit_id: str) -> None:
    from urllib.parse import quote

    await api.post(
        "/api/v1/visits", json={"visit_id": visit_id, "customer_id": "c", "occurred_at": "2026-11-23T11:00"}
    )
    answer = await api.get(f"/api/v1/visits/{quote(visit_id, safe='')}")
    assert (answer.status_code, answer.json().get("visit_id")) == (200, visit_id)


async def test_the_description_is_openapi_31_and_names_everything(api: httpx.AsyncClient) -> None:
    description = (await api.get("/api/openapi.json")).json()
    OpenAPI.model_validate(description)
    assert description["openapi"].startswith("3.1")
    assert {(path, method) for path, methods in description["paths"].items() for method in methods} == {
        ("/api/v1/visits", "post"), ("/api/v1/visits/{visit_id}", "get"), ("/api/v1/score", "get"),
        ("/api/v1/links", "post"),
    }  # fmt: skip
    schemas = description["components"]["schemas"]
    assert {"visit_id", "customer_id", "occurred_at"} == set(schemas["VisitIn"]["required"])
    assert {"phone", "branch", "employee", "resolved"} <= set(schemas["VisitIn"]["properties"])
    taking = description["paths"]["/api/v1/visits"]["post"]
    assert set(taking["responses"]) == {"202", "401", "408", "413", "422", "503"}
    assert taking["security"]
    for name in references(description):
        assert name.removeprefix("#/components/schemas/") in schemas


def references(part: object) -> list[str]:
    """All $ref of a description."""
    if isinstance(part, dict):
        return (
            [part["$ref"]]
            if "$ref" in part
            else [name for value in part.values() for name in references(value)]
        )
    return [name for value in part for name in references(value)] if isinstance(part, list) else []


async def test_people_can_read_the_description(api: httpx.AsyncClient) -> None:
    page = await api.get("/api/docs")
    assert page.status_code == 200
    assert "/api/openapi.json" in page.text
