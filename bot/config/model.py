"""`Config`: all sections together, with paths made absolute and phones in one form."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, create_model, field_validator

from bot.channels import CHANNELS, class_of
from bot.config.asking import Asking
from bot.config.errors import WrongValueError
from bot.config.sections import (
    Backup,
    Branch,
    Limits,
    Links,
    Organisation,
    Retention,
    Section,
    Sms,
    Staff,
    Storage,
    Telegram,
    Themes,
    Web,
)
from surveys.measures.composite import Composite
from surveys.measures.settings import MeasureSettings
from surveys.phones import PhoneProblem, normalise_phone


class _Config(Section):
    """Everything that `config.toml`, the environment and the files of secrets say.

    `folder` is where relative paths begin; `file` is None when there is no file. The section of a channel is None when
    the channel is off.
    """

    file: Path | None = None
    folder: Path = Field(default_factory=Path.cwd)
    organisation: Organisation = Organisation()
    branches: dict[str, Branch] = Field(default_factory=dict)
    storage: Storage = Field(default=Storage(), validate_default=True)
    web: Web = Web()
    telegram: Telegram | None = None
    sms: Sms | None = None
    asking: Asking = Asking()
    staff: Staff = Staff()
    limits: Limits = Limits()
    links: Links = Links()
    measures: MeasureSettings = MeasureSettings()
    composite: Composite | None = None
    themes: Themes = Field(default_factory=dict)
    backup: Backup = Backup()
    retention: Retention = Retention()

    @property
    def channel_sections(self) -> dict[str, Any]:
        """The sections of the channels that are switched on, by name."""
        sections = {name: getattr(self, name, None) for name in CHANNELS}
        return {name: section for name, section in sections.items() if section is not None}

    @property
    def surveys_folder(self) -> Path:
        """The folder of the user's own surveys: they come beside the ready ones, and before them where ids are equal."""
        return self.folder / "surveys"

    @property
    def backup_folder(self) -> Path:
        """Where the nightly backups go."""
        return self.folder / self.backup.directory

    def zone_of(self, branch: str | None) -> ZoneInfo:
        """Return the time zone of a branch; the organisation's where the branch has none of its own."""
        own = self.branches.get(branch or "")
        return (own and own.timezone) or self.organisation.timezone

    def secrets(self) -> frozenset[str]:
        """Return every secret value, for the filter that keeps them out of the log."""
        sections = (self.web, *self.channel_sections.values())
        values = [value for section in sections for _, value in section]
        return frozenset(value.get_secret_value() for value in values if isinstance(value, SecretStr))

    @field_validator("storage")
    @classmethod
    def _store_beside_file(cls, storage: Storage, info: ValidationInfo) -> Storage:
        """Let a relative path of a SQLite file begin at the configuration's folder."""
        path = storage.url.removeprefix("sqlite:///")
        if path in {storage.url, ":memory:"}:
            return storage
        return Storage(url=f"sqlite:///{info.data['folder'].absolute() / path}")

    @field_validator("staff")
    @classmethod
    def _staff_phones(cls, staff: Staff, info: ValidationInfo) -> Staff:
        """Bring the phones of staff into E.164, with the organisation's country as hint."""
        if not staff.phones or "organisation" not in info.data:
            return staff
        country = info.data["organisation"].country
        return staff.model_copy(update={"phones": tuple(_e164(phone, country) for phone in staff.phones)})


if TYPE_CHECKING:
    Config = _Config
else:  # a channel beyond these two brings its section with it, as the class attribute `section`
    _more = {name: class_of(name) for name in CHANNELS if name not in _Config.model_fields}
    Config = create_model(
        "Config",
        __base__=_Config,
        __module__=__name__,
        **{name: (kind.section | None, None) for name, kind in _more.items() if hasattr(kind, "section")},
    )


def _e164(phone: str, country: str) -> str:
    try:
        return normalise_phone(phone, country)
    except PhoneProblem as error:
        problem = f'holds the phone "{phone}": {error.problem}'
        raise WrongValueError(problem, 'Write it as "+372 5555 0100".') from None
