"""Wire samples, one file each: ``in-*.json`` is a request and what it means, ``out-*.json`` a message and what leaves.

They are written down from the providers' documentation and compared with what the clients here really put on the
wire; test_described_*.py hold what is sent against the vendors' own descriptions. After a wanted change:
``ASKWHY_UPDATE_SAMPLES=1 pytest tests/channels`` writes what leaves now; read the difference before you commit it.
"""

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bot.channels import CHANNELS
from bot.channels.base import Inbound, Outgoing
from tests.channels.wire import WIRES

SAMPLES = Path(__file__).parent / "samples"


def paths(pattern: str) -> list[Any]:
    found = sorted(SAMPLES.glob(pattern))
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in found]


def load(path: Path) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads(path.read_text())
    return sample


def save(path: Path, sample: dict[str, Any]) -> None:
    path.write_text(json.dumps(sample, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("path", paths("*/in-*.json"))
def test_a_request_means_what_its_sample_says(path: Path) -> None:
    sample = load(path)
    read = WIRES[path.parent.name].read
    assert read
    assert read(sample["request"]) == sample["means"]
    if sample["means"] and "kind" in sample["means"]:
        assert Inbound.from_dict(sample["means"]).to_dict() == sample["means"]


@pytest.mark.parametrize("path", paths("*/out-*.json"))
async def test_a_message_leaves_as_its_sample_says(path: Path) -> None:
    sample = load(path)
    message = Outgoing.from_dict(sample["outgoing"])
    assert message.to_dict() == sample["outgoing"]
    requests = await WIRES[path.parent.name].send(message)
    if os.environ.get("ASKWHY_UPDATE_SAMPLES"):
        save(path, {**sample, "requests": requests})
    assert requests == sample["requests"]


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_has_samples_in_both_directions(name: str) -> None:
    assert list((SAMPLES / name).glob("out-*.json")), f"tests/channels/samples/{name}/out-*.json is missing"
    if WIRES[name].read:
        assert list((SAMPLES / name).glob("in-*.json")), f"tests/channels/samples/{name}/in-*.json is missing"


def test_every_folder_of_samples_belongs_to_a_channel() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(CHANNELS) == set(WIRES)


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_is_where_the_table_says_and_bears_its_name(name: str) -> None:
    module, _, attribute = CHANNELS[name].partition(":")
    assert getattr(import_module(module), attribute).name == name
