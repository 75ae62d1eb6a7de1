"""The only place where concrete things meet: configuration in, a whole application out.

Nothing is opened at import and nothing here decides anything. Tests and the demonstration call the same functions with
a virtual clock, a store in memory, channels of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.channels import class_of
from bot.channels.base import Channel
from bot.clock import Clock, SystemClock
from bot.config import Config, ConfigError, Problem, set_at
from bot.deep_links import DeepLinks
from bot.firm import Firm
from bot.logs import keep_quiet
from bot.outbox import Dispatcher
from bot.pacing import Pacer
from bot.pulse import Pulse
from bot.service import Service
from bot.staff.answering import StaffDesk
from bot.survey_files import load_surveys
from storage import make_store
from storage.base import Store
from surveys.definition import Survey
from surveys.policy import Rules


@dataclass
class App:
    """Everything that runs, ready but not started. `channels` are by name; `config` is what it was built from."""

    config: Config
    firm: Firm
    store: Store
    clock: Clock
    channels: Mapping[str, Channel]
    dispatchers: Mapping[str, Dispatcher]
    service: Service
    owner: str = field(repr=False, default="")
    pulse: Pulse = field(repr=False, default_factory=Pulse)

    async def open(self) -> None:
        """Open the store and build the channels' clients; no provider is asked anything."""
        await self.store.open()
        await self.start_channels()

    async def start_channels(self) -> None:
        """Build the channels' clients. What they are made of is loaded on another thread: a web that answers goes on."""
        for channel in self.channels.values():
            await channel.start()

    async def close(self) -> None:
        """Let go of everything; may be called twice."""
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()

    async def pass_time(self) -> None:
        """Do all that is due at this moment, sending included: what the running service does in many small steps."""
        await self.service.on_tick()
        for dispatcher in self.dispatchers.values():
            await dispatcher.drain()


def build_app(
    config: Config,
    *,
    clock: Clock | None = None,
    store: Store | None = None,
    channels: Mapping[str, Channel] | None = None,
    paced: bool = True,
    new_id: Callable[[], str] = lambda: secrets.token_urlsafe(16),
) -> App:
    """Put an application together. What is not given is made from `config`; `paced` False sends as fast as it can."""
    keep_quiet()
    clock = clock or SystemClock()
    store = store or open_store(config)
    channels = build_channels(config) if channels is None else channels
    firm = replace(build_firm(config, channels=tuple(channels)), deep_links=_deep_links(config, channels))
    owner = new_id()
    dispatchers = {
        name: Dispatcher(
            store,
            firm,
            channel,
            clock,
            owner=owner,
            new_id=new_id,
            per_second=_rate(config, name) if paced else None,
            pace=_pacer(config, name, clock) if paced else None,
        )
        for name, channel in channels.items()
    }
    desk = StaffDesk(store, firm, clock, config)
    service = Service(store, firm, clock, dispatchers, desk.answer)
    return App(config, firm, store, clock, channels, dispatchers, service, owner)


def open_store(config: Config) -> Store:
    """Return the configured store, not opened yet."""
    return make_store(config.storage.url)


def build_firm(config: Config, *, channels: tuple[str, ...] = ()) -> Firm:
    """Return what the configuration says about who asks whom. Raises SurveyError, ConfigError."""
    organisation = config.organisation
    rules = config.asking.as_rules()
    surveys = load_surveys(config.surveys_folder)
    _check_surveys(config, rules, surveys)
    return Firm(
        organisation=organisation.name,
        country=organisation.country,
        zone=organisation.timezone,
        language=organisation.language,
        languages=tuple(dict.fromkeys((organisation.language, *organisation.languages))),
        rules=rules,
        surveys=surveys,
        branch_zones={
            name: str(branch.timezone) for name, branch in config.branches.items() if branch.timezone
        },
        replies_per_day=config.limits.replies_per_customer_per_day,
        confirm_opt_out=config.sms.confirm_opt_out if config.sms else True,
        segments_per_day=config.limits.sms_segments_per_day,
        minimum_answers=config.staff.minimum_answers,
        channels=tuple(config.channel_sections) if channels is None else channels,
        staff_ids=frozenset(str(number) for number in config.staff.telegram_ids),
        staff_groups=frozenset(str(number) for number in config.staff.telegram_groups),
        staff_phones=frozenset(config.staff.phones),
    )


def _check_surveys(config: Config, rules: Rules, surveys: Mapping[str, Survey]) -> None:
    """Refuse a rule that asks a survey nobody wrote."""
    wanted: list[tuple[str, tuple[str, ...], str]] = [("[asking] survey", ("survey",), rules.base.survey)]
    wanted += [
        (f"[[asking.rules]] {number + 1} survey", ("rules", str(number), "survey"), rule.policy.survey)
        for number, rule in enumerate(rules.rules)
        if rule.policy.survey != rules.base.survey
    ]
    fix = f"Write one of: {', '.join(sorted(surveys))}; or put a file with that id into {config.surveys_folder}."
    problems = [
        Problem(set_at(config, "asking", *place, value=survey), key, "names no survey", fix, survey)
        for key, place, survey in wanted
        if survey not in surveys
    ]
    if problems:
        raise ConfigError(problems)


def build_channels(config: Config) -> dict[str, Channel]:
    """Return the channels that are switched on, by name."""
    return {name: class_of(name).from_config(config) for name in config.channel_sections}


def _deep_links(config: Config, channels: Mapping[str, Channel]) -> DeepLinks:
    """Return how links are made; without `[links] telegram_bot` the bot's name is known once Telegram was asked."""
    configured = (config.links.telegram_bot or "").removeprefix("@") or None
    bot = channels.get("telegram")

    def name() -> str | None:
        return configured or getattr(bot, "username", None)

    return DeepLinks(name, lambda: secrets.token_urlsafe(18), config.links.expire_after)


def _rate(config: Config, channel: str) -> float | None:
    section = config.channel_sections.get(channel)
    return section.messages_per_second if section else None


def _pacer(config: Config, channel: str, clock: Clock) -> Pacer | None:
    rate, kind = _rate(config, channel), class_of(channel)
    if rate is None:
        return None
    per_chat, per_group = getattr(kind, "per_chat", None), getattr(kind, "per_group", None)
    return Pacer(rate, per_chat, per_group, started=clock.monotonic())
