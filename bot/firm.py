"""The firm: all that the configuration says about who asks whom, when and in which words, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.deep_links import DeepLinks
from surveys.definition import Survey, parse_survey
from surveys.opening import Opening, opening_for
from surveys.policy import Policy, Rules, Window
from surveys.visits import Visit
from surveys.zones import find_zone

DEFAULT_SURVEY = "nps"
"""Serves every touchpoint; asked where no other survey serves a visit."""


@dataclass(frozen=True)
class Firm:
    """One organisation. `branch_zones` maps a branch to its time zone; `surveys` are those that may be asked today.

    `channels` are those that are on; where none is, as before the first set-up, every address counts as one.
    """

    organisation: str
    country: str
    zone: ZoneInfo
    language: str
    languages: tuple[str, ...]
    rules: Rules
    surveys: Mapping[str, Survey]
    branch_zones: Mapping[str, str] = field(default_factory=dict)
    replies_per_day: int = 20
    confirm_opt_out: bool = True
    segments_per_day: int | None = None
    minimum_answers: int = 5
    channels: tuple[str, ...] = ()
    staff_ids: frozenset[str] = frozenset()
    staff_groups: frozenset[str] = frozenset()
    staff_phones: frozenset[str] = frozenset()
    deep_links: DeepLinks | None = None
    _versions: dict[tuple[str, str], Survey] = field(default_factory=dict, repr=False, compare=False)

    def opening(self, visit: Visit, policy: Policy, quiet: str | None, phone: str | None = None) -> Opening:
        """Return when the customer of a visit may be written to. A phone narrows: the visit's, else `phone`."""
        branch_zone = self.branch_zones.get(visit.branch or "")
        return opening_for(
            visit,
            policy,
            country=self.country,
            organisation_zone=self.zone,
            branch_zone=find_zone(branch_zone) if branch_zone else None,
            phone=phone,
            quiet=Window.parse(quiet) if quiet else None,
        )

    def survey_for(self, visit: Visit, policy: Policy) -> Survey:
        """Return the survey to ask about a visit: the policy's, else one for its touchpoint, else the plain one."""
        wanted = self.surveys[policy.survey]
        if wanted.serves(visit.touchpoint):
            return wanted
        fitting = (s for s in self.surveys.values() if s.touchpoints and s.serves(visit.touchpoint))
        return next(fitting, self.surveys[DEFAULT_SURVEY])

    def version(self, survey: str, version: str, source: str | None) -> Survey:
        """Return a survey as it was when a conversation began; `source` is its stored text."""
        current = self.surveys.get(survey)
        if current is not None and (current.version == version or source is None):
            return current
        assert source is not None, f"the text of survey {survey} {version} is not stored"
        if (survey, version) not in self._versions:
            self._versions[survey, version] = parse_survey(source, f"{survey} ({version}, stored)")
        return self._versions[survey, version]

    def language_of(self, *wishes: str | None) -> str:
        """Return the first wished language that the bot speaks, else the organisation's."""
        return next((wish for wish in wishes if wish and wish in self.languages), self.language)

    def month_start(self, now: datetime) -> datetime:
        """Return the first moment of the local month, for quotas."""
        local = now.astimezone(self.zone)
        return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    def look_back(self) -> timedelta:
        """Return how far back invitations matter to the cap."""
        return self.rules.reach_back()

    def counts_attributes(self) -> bool:
        """Tell whether the attributes of a person's earlier visits matter to any cap."""
        return self.rules.caps_by_attribute()
