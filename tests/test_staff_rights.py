"""A viewer of some branches learns nothing of the others, whatever is asked and however."""

from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import InboundKind, Outgoing
from bot.staff import COMMANDS
from storage.transaction import Transaction
from tests.staff_world import (
    GROUP,
    NOBODY,
    NOW,
    VIEWER,
    World,
    ask_many,
    buys,
    give,
    give_many,
    typed,
    world,
)

INDEX = {
    "blocks": [
        {
            "name": "All",
            "weight": 100,
            "indicators": [
                {"name": "Recommend", "weight": 40, "source": "question:nps.recommend", "range": [-100, 100]},
                {"name": "Stay", "weight": 30, "source": "measure:retention"},
                {"name": "Price", "weight": 30, "source": "metric:price_level"},
            ],
        }
    ]
}


def own_branch(tx: Transaction) -> None:
    a_branch(tx, "Tartu", "Mari", "oil", (20, 10, 5), "kind and quick")
    tx.staff.put_metric("price_level", "2026-10", "Tartu", "", 90.0)


def other_branch(tx: Transaction) -> None:
    a_branch(tx, "Narva", "Olga", "tyres", (5, 10, 40), "rude and slow")
    tx.staff.put_metric("price_level", "2026-11", "Narva", "", 50.0)
    tx.staff.put_metric("price_level", "2026-11", "", "", 60.0)  # the whole firm's
    give_many(tx, 0, 0, 9)  # of no branch


def a_branch(
    tx: Transaction, branch: str, employee: str, product: str, bands: tuple[int, int, int], why: str
) -> None:
    facts: dict[str, Any] = {
        "branch": branch,
        "employee": employee,
        "product": product,
        "colour": f"{branch} grey",
    }
    for at in (NOW - timedelta(days=1), NOW - timedelta(days=40)):
        give_many(tx, *bands, at=at, **facts)
        ask_many(tx, 200, at=at, branch=branch, employee=employee, product=product)
    for _ in range(6):
        give(tx, 3, why=f"{why} {branch}", name="Liis Lepp", **facts)
    for number in range(40):
        more = {"quality": 1 + number % 5, "speed": 1 + number % 3}
        give(tx, 1 + number % 5, survey="csi", more=more, **facts)
    for number in range(8):
        customer = f"{branch}-{number}"
        buys(tx, customer, at=NOW - timedelta(days=40), amount=10, branch=branch, product=product)
        buys(tx, customer, at=NOW - timedelta(days=3), amount=20, branch=branch, product=product)


FILTERS = (
    "branch=Narva",
    "employee=Olga",
    "product=tyres",
    'colour="Narva grey"',
    "branch=Tartu branch=Narva",
)
BREAKDOWNS = ("branch", "employee", "product", "channel", "month", "colour")
REQUESTS = (
    *(f"/{command}" for command in COMMANDS if command not in {"explain", "status"}),
    *(f"/score 12w by {dimension}" for dimension in BREAKDOWNS),
    *(f"/{command} 6m {filters}" for command in ("score", "trend", "why") for filters in FILTERS),
    "/why promoters all",
    "/team 6m branch=Narva",
    "/drivers 6m csi",
    "/measures all",
    "/csi 2026-11",
    "/explain bought-in-narva",
    "/digest daily 8",
)


def looks(answer: Outgoing | None) -> object:
    """Everything of an answer that somebody can see."""
    return answer and (answer.text, answer.buttons, answer.photo)


async def viewed(here: World, text: str) -> object:
    await here.add_staff(VIEWER, "viewer", "Tartu")
    return looks(await here.says(text, who=VIEWER))


@pytest.mark.parametrize("text", REQUESTS)
async def test_a_viewer_sees_the_same_whether_there_are_other_branches_or_not(text: str) -> None:
    async with world(composite=INDEX) as alone, world(composite=INDEX) as among_others:
        await alone.store.write(own_branch)
        await among_others.store.write(own_branch)
        await among_others.store.write(other_branch)
        seen = await viewed(alone, text)
        assert seen is not None
        assert await viewed(among_others, text) == seen


async def test_another_reader_of_a_button_gets_what_their_own_right_gives() -> None:
    """Who presses under an admin's answer asks for themselves: a viewer about the own branches, a stranger nothing."""
    async with world() as here:
        await here.store.write(own_branch)
        await here.store.write(other_branch)
        await here.add_staff(VIEWER, "viewer", "Tartu")
        admins = await here.says("/score 30d", chat_id=GROUP)
        assert admins is not None
        data = [button.data for row in admins.buttons for button in row]
        assert data
        for pressed in data:
            facts: dict[str, Any] = {
                "chat_id": GROUP,
                "kind": InboundKind.BUTTON,
                "message_id": "7",
                "callback_id": "c",
            }
            viewers = await here.says(pressed, who=VIEWER, **facts)
            assert viewers is not None
            assert "Narva" not in viewers.text
            assert "Olga" not in viewers.text
            assert await here.says(pressed, who=NOBODY, **facts) is None


def test_every_command_is_among_the_requests_of_a_viewer() -> None:
    asked = {typed(text).text.split()[0].removeprefix("/") for text in REQUESTS}
    assert asked == set(COMMANDS) - {"status"}
