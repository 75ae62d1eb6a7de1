"""What a staff member asked: who, where, in which language, which words; what every command of COMMANDS gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.channels.base import Inbound
from bot.config import Config
from bot.firm import Firm
from storage.base import Store
from storage.rows import StaffRow

VIEWER, MANAGER, ADMIN = "viewer", "manager", "admin"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `pressed` tells that it came by a button under `inbound.message_id`."""

    store: Store
    firm: Firm
    config: Config
    member: StaffRow
    inbound: Inbound
    command: str
    words: tuple[str, ...]
    language: str
    now: datetime
    pressed: bool = False

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches that may be seen; none means all."""
        return visible_branches(self.member)

    @property
    def group(self) -> bool:
        """Whether others read the answer too."""
        return not self.inbound.private

    @property
    def sms(self) -> bool:
        """Whether the answer goes by SMS: aggregates only, because a sender's number can be forged."""
        return self.inbound.channel == "sms"


def visible_branches(member: StaffRow) -> tuple[str, ...]:
    """Return the branches a member may see; none means all. Only an admin is above them."""
    return () if member.role == ADMIN else member.branches
