"""/metrics: what happened is counted, and without anybody's data."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.bootstrap import build_app
from bot.metrics import REGISTRY
from bot.web.app import build_watch
from tests.privacy_world import FIRST_WORDS, NAME, PHONE, WORDS, World, liis_answers


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World.at(f"sqlite:///{tmp_path / 'askwhy.db'}") as world:
        yield world


async def scrape(world: World) -> tuple[str, dict[str, float]]:
    """Return what Prometheus would read: the text, and every sample by its name and labels."""
    app = build_app(world.config, clock=world.clock, store=world.store, channels=world.channels)
    transport = httpx.ASGITransport(app=build_watch(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://askwhy") as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            samples[f"{sample.name}{{{labels}}}"] = sample.value
    return answer.text, samples


def difference(after: dict[str, float], before: dict[str, float], name: str) -> float:
    return after.get(name, 0) - before.get(name, 0)


async def test_replies_sends_states_and_pacing_are_counted(world: World) -> None:
    _, before = await scrape(world)
    await liis_answers(world)
    _, after = await scrape(world)
    counted = {
        "askwhy_replies_total{channel=sms,outcome=handled}": 3,
        "askwhy_sends_total{channel=sms,kind=invitation,outcome=sent}": 2,
        "askwhy_sends_total{channel=sms,kind=reply,outcome=sent}": 2,
        "askwhy_pacing_seconds_count{channel=sms}": 4,
    }
    assert {name: difference(after, before, name) for name in counted} == counted
    assert after["askwhy_outbox_messages{channel=sms,state=sent}"] == 4
    assert after["askwhy_inbox_messages{channel=sms,state=handled}"] == 3
    assert after["askwhy_unknown_sends{}"] == 0
    assert after["askwhy_quarantined_messages{}"] == 0
    assert after["askwhy_healthy{}"] == 1
    assert after["askwhy_sender_stopped{channel=sms}"] == 0


async def test_a_repeat_is_counted_as_one(world: World) -> None:
    await liis_answers(world)
    _, before = await scrape(world)
    world._numbers = iter(range(1, 2))  # type: ignore[assignment]
    await world.says(PHONE, "3 again")
    _, after = await scrape(world)
    assert difference(after, before, "askwhy_replies_total{channel=sms,outcome=repeat}") == 1


async def test_nothing_about_anybody_is_in_the_metrics(world: World) -> None:
    await liis_answers(world)
    text, _ = await scrape(world)
    assert not [
        word for word in (PHONE, "5550101", NAME, WORDS, FIRST_WORDS, "c-liis", "v-1") if word in text
    ]


async def test_what_this_process_counted_is_told_also_while_the_store_is_away(
    world: World, tmp_path: Path
) -> None:
    await liis_answers(world)
    (tmp_path / "askwhy.db").rename(tmp_path / "away.db")
    _, samples = await scrape(world)
    (tmp_path / "away.db").rename(tmp_path / "askwhy.db")
    assert samples["askwhy_replies_total{channel=sms,outcome=handled}"] >= 3
    assert samples["askwhy_healthy{}"] == 0


def test_every_metric_has_a_name_of_ours_and_says_what_it_is() -> None:
    families = list(REGISTRY.collect())
    assert len(families) >= 13
    for family in families:
        assert family.name.startswith("askwhy_")
        assert family.documentation.endswith(".")
