"""The sections of config.toml as frozen models: the names, the defaults and the kinds of value, and nothing else.

The outside is fixed by the manual; `config.example.toml` comments every key of this file. A section that is
None is a channel that is off. `[asking]` stands in `asking.py`.
"""

import re
from datetime import time, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from bot.config.errors import WrongValueError
from bot.config.types import BaseUrl, Country, Duration, Language, Number, Size, TimeOfDay, Zone, is_language
from surveys.texts import LANGUAGES

Count = Annotated[int, Number, Field(ge=0)]
Rate = Annotated[float, Number, Field(gt=0)]


class Section(BaseModel):
    """What all sections share: unknown keys are errors, values never change, secrets never show."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Organisation(Section):
    """Who asks: the name customers read, and where and in which languages."""

    name: Annotated[str, Field(min_length=1)] = "Our company"
    country: Country = "EE"
    timezone: Zone = Field(default="Europe/Tallinn", validate_default=True)
    language: Language = "en"
    languages: tuple[Language, ...] = LANGUAGES

    @model_validator(mode="before")
    @classmethod
    def _own_language_first(cls, values: Any) -> Any:
        """Make the organisation's own language one of `languages`, and the first."""
        if not isinstance(values, dict):
            return values
        own, others = values.get("language", "en"), values.get("languages", LANGUAGES)
        if not isinstance(others, list | tuple) or not is_language(own):
            return values  # what is wrong with them is told when they are validated
        return {**values, "languages": [own, *(other for other in others if other != own)]}


class Branch(Section):
    """What a branch has of its own."""

    timezone: Zone | None = None


class Storage(Section):
    """Where everything is kept. `url` is not shown in a repr: a PostgreSQL one may hold a password."""

    url: Annotated[str, Field(repr=False)] = "sqlite:///askwhy.db"

    @field_validator("url")
    @classmethod
    def _known_kind(cls, url: str) -> str:
        if url.startswith("postgres://"):
            return "postgresql://" + url.removeprefix("postgres://")
        if url.startswith("postgresql://") or (url.startswith("sqlite:///") and len(url) > len("sqlite:///")):
            return url
        raise WrongValueError(
            "is no store", 'Write "sqlite:///askwhy.db" (a file) or "postgresql://user@host/database".'
        )


class Web(Section):
    """The web server: webhooks of the providers, the API for your CRM, health and metrics."""

    host: str = "127.0.0.1"
    port: Annotated[int, Number, Field(ge=0, le=65535)] = 8080
    public_base_url: BaseUrl | None = None
    api_token: SecretStr | None = None


def _webhook_secret(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value):
        # https://core.telegram.org/bots/api#setwebhook, secret_token
        raise WrongValueError("is not accepted by Telegram", "Use 1 to 256 letters, digits, _ and - only.")
    return value


def _bot_token(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d+:\S+", value):
        raise WrongValueError(
            "is not the token of a bot",
            'Copy it from @BotFather: a number, a colon, letters ("123456:ABC…").',
        )
    return value


class Telegram(Section):
    """The Telegram bot."""

    mode: Literal["polling", "webhook"] = "polling"
    api_base_url: BaseUrl = "https://api.telegram.org"
    messages_per_second: Rate = 25.0
    token: Annotated[SecretStr | None, BeforeValidator(_bot_token)] = None
    webhook_secret: Annotated[SecretStr | None, BeforeValidator(_webhook_secret)] = None


class Sms(Section):
    """SMS through Twilio, or through whatever speaks its API at `api_base_url`."""

    account_sid: str | None = None
    from_number: str | None = None
    messaging_service_sid: str | None = None
    api_base_url: BaseUrl = "https://api.twilio.com"
    messages_per_second: Rate = 1.0
    price_per_segment: Annotated[float | None, Number, Field(ge=0)] = None
    confirm_opt_out: bool = True
    auth_token: SecretStr | None = None
    auth_token_2: SecretStr | None = None
    shared_key: SecretStr | None = None

    @field_validator("account_sid")
    @classmethod
    def _an_account(cls, sid: str | None) -> str | None:
        if sid is not None and not sid.startswith("AC"):
            raise WrongValueError(
                "is no account", 'Copy "Account SID" from console.twilio.com: it begins with AC.'
            )
        return sid

    @field_validator("messaging_service_sid")
    @classmethod
    def _a_service(cls, sid: str | None) -> str | None:
        if sid is not None and not sid.startswith("MG"):
            raise WrongValueError(
                "is no Messaging Service", "Copy its SID from the console: it begins with MG."
            )
        return sid

    @field_validator("from_number")
    @classmethod
    def _two_way(cls, sender: str | None) -> str | None:
        """Demand a sender that can be answered: a number (E.164) or a short code, never a name."""
        if sender is None:
            return None
        number = re.sub(r"[\s().-]", "", sender)
        if re.fullmatch(r"\+[1-9]\d{6,14}|\d{3,8}", number):
            return number
        if re.search(r"[^\W\d_]", number):
            raise WrongValueError(
                "is a name: one way, nobody can answer it",
                'Put a number that receives SMS ("+37255550100"), or messaging_service_sid in its place.',
            )
        raise WrongValueError(
            "is no sender", 'Write the number with + and country code, e.g. "+37255550100".'
        )

    @model_validator(mode="after")
    def _one_sender(self) -> "Sms":
        if self.from_number and self.messaging_service_sid:
            raise WrongValueError(
                "has both from_number and messaging_service_sid",
                "Keep one: a Messaging Service picks its own number.",
            )
        return self


class Staff(Section):
    """Who may ask for scores by configuration, as admins; others are invited by `askwhy staff add`."""

    telegram_ids: tuple[Annotated[int, Number, Field(gt=0)], ...] = ()
    telegram_groups: tuple[Annotated[int, Number, Field(lt=0)], ...] = ()
    phones: tuple[str, ...] = ()
    minimum_answers: Annotated[int, Number, Field(ge=1)] = 5


class Limits(Section):
    """Brakes: on what others send us, and on what we spend."""

    max_body: Size = 64 * 1024
    max_api_body: Size = 1024 * 1024
    replies_per_customer_per_day: Count = 20
    sms_segments_per_day: Count | None = None


class Links(Section):
    """Links that bring a customer into the Telegram chat."""

    telegram_bot: Annotated[str | None, Field(pattern=r"^@?[A-Za-z][A-Za-z0-9_]{3,31}$")] = None
    expire_after: Duration = timedelta(days=30)


class Backup(Section):
    """The nightly backup, by the organisation's clock."""

    enabled: bool = False
    directory: str = "backups"
    at: TimeOfDay = time(3, 30)
    keep: Annotated[int, Number, Field(ge=1)] = 14


class Retention(Section):
    """When personal data goes by itself; scores stay, without their person. None keeps it."""

    comments_after: Duration | None = None
    phones_after: Duration | None = None


Themes = dict[str, dict[Language, tuple[str, ...]]]
