"""`askwhy staff add|list|remove`: who may ask for scores."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.commands.context import CommandError, Context, WrongUseError
from bot.commands.deep_links import deep_link
from bot.commands.outcome import DONE
from bot.commands.tables import new_table, show_table
from bot.commands.using_store import Surroundings, with_store
from storage.rows import StaffRow

if TYPE_CHECKING:
    from rich.table import Table

    from bot.config import Config

INVITATION = timedelta(days=7)
"""How long an invitation may be used."""


def add(
    context: Context,
    *,
    name: str,
    telegram_id: int | None,
    phone: str | None,
    role: str,
    branches: list[str],
) -> int:
    """Give the right to an id or a phone; without either print a one-time invitation link."""
    if branches and role != "viewer":
        raise WrongUseError(f"--branch goes with --role viewer: a {role} sees all branches.")
    if telegram_id is not None and phone is not None:
        raise WrongUseError("--telegram-id and --phone were both given. Add them one after the other.")

    async def work(here: Surroundings) -> tuple[list[StaffRow], str | None, datetime | None]:
        if telegram_id is None and phone is None:
            url, expires_at = await _invite(here, name, role, branches)
            return await here.store.read.staff(), url, expires_at
        channel, address = (
            ("telegram", str(telegram_id)) if phone is None else ("sms", _e164(phone, here.firm.country))
        )

        def put(row: StaffRow | None) -> StaffRow:
            known = row or StaffRow(channel, address, None, role, (), None, "off", None)
            return replace(known, name=name, role=role, branches=tuple(branches))

        await here.store.write(lambda tx: tx.staff.put(put(tx.staff.get(channel, address))))
        return await here.store.read.staff(), None, None

    rows, url, expires_at = with_store(context, work)
    config = context.config()
    if context.json:
        invited = {"url": url, "expires_at": expires_at.isoformat()} if url and expires_at else {}
        context.emit({"staff": listed(rows, config), **invited})
    elif url and expires_at:
        context.say(url)
        context.say(f"Send this link to {name}. It works once, until {expires_at:%Y-%m-%d %H:%M}.")
    else:
        where = f"the branches {', '.join(branches)}" if branches else "all branches"
        context.say(f"{name} may ask for scores as {role}, of {where}.")
    return DONE


def show(context: Context) -> int:
    """List everybody, those of the configuration too."""

    async def work(here: Surroundings) -> list[StaffRow]:
        return await here.store.read.staff()

    everyone = listed(with_store(context, work), context.config())
    if context.json:
        context.emit({"staff": everyone})
    elif everyone:
        show_table(context, _table(everyone))
    else:
        context.say("Nobody. Name yourself in config.toml, [staff] telegram_ids, or: askwhy staff add NAME")
    return DONE


def remove(context: Context, *, who: str) -> int:
    """Take the right from whom `who` names: a name, a Telegram id or a phone."""

    async def work(here: Surroundings) -> tuple[StaffRow, list[StaffRow]]:
        rows = await here.store.read.staff()
        named = [
            row for row in rows if who in {row.name, row.address} or _same_phone(row, who, here.firm.country)
        ]
        if not named:
            raise CommandError(_nobody(who, here.config))
        if len(named) > 1:
            choices = ", ".join(row.address for row in named)
            raise WrongUseError(f"{who!r} is {len(named)} people. Name one by the id or phone: {choices}")
        (row,) = named
        await here.store.write(lambda tx: tx.staff.drop(row.channel, row.address))
        return row, [other for other in rows if other is not row]

    row, rows = with_store(context, work)
    if context.json:
        context.emit({"staff": listed(rows, context.config())})
    else:
        context.say(f"{row.name or row.address} may not ask for scores any more.")
    return DONE


def listed(rows: list[StaffRow], config: Config) -> list[dict[str, Any]]:
    """Return everybody with what they may see; a configured one is an admin, whatever is stored."""
    stored = {(row.channel, row.address): row for row in rows}
    everyone = {("telegram", str(number)): "admin" for number in config.staff.telegram_ids}
    everyone |= {("sms", phone): "admin" for phone in config.staff.phones}
    configured = set(everyone)
    everyone |= {
        key: row.role for key, row in stored.items() if key not in everyone and row.role != "configured"
    }
    found = []
    for (channel, address), role in everyone.items():
        row = stored.get((channel, address))
        found.append(
            {
                "name": row.name if row else None,
                "channel": channel,
                "address": address,
                "role": role,
                "branches": list(row.branches) if row and role != "admin" else [],
                "digest": row.digest if row else "off",
                "configured": (channel, address) in configured,
            }
        )
    return found


async def _invite(here: Surroundings, name: str, role: str, branches: list[str]) -> tuple[str, datetime]:
    """Keep a one-time link and return it."""
    from bot.deep_links import token_hash

    token = secrets.token_urlsafe(18)  # 144 random bits
    expires_at = here.now + INVITATION
    url = await deep_link(here.config, token, otherwise=", or give --telegram-id ID or --phone PHONE")
    body = {"name": name, "role": role, "branches": branches}
    await here.store.write(lambda tx: tx.staff.put_link(token_hash(token), "staff", body, expires_at))
    return url, expires_at.astimezone(here.firm.zone)


def _e164(phone: str, country: str) -> str:
    from surveys.phones import PhoneProblem, normalise_phone

    try:
        return normalise_phone(phone, country)
    except PhoneProblem as error:
        raise WrongUseError(f'--phone {phone!r}: {error.problem}. Write it as "+372 5555 0100".') from None


def _same_phone(row: StaffRow, who: str, country: str) -> bool:
    from surveys.phones import PhoneProblem, normalise_phone

    if row.channel != "sms":
        return False
    try:
        return normalise_phone(who, country) == row.address
    except PhoneProblem:
        return False


def _nobody(who: str, config: Config) -> str:
    if who in {*map(str, config.staff.telegram_ids), *config.staff.phones}:
        return (
            f"{who} has the right by {config.file or 'the environment'}, section [staff]. Take it out there."
        )
    return f"There is no {who!r} among staff. `askwhy staff list` shows everybody."


def _table(everyone: list[dict[str, Any]]) -> Table:
    laid = new_table("name", "by", "id or phone", "role", "branches", "digest")
    for one in everyone:
        role = f"{one['role']} (config.toml)" if one["configured"] else one["role"]
        branches = ", ".join(one["branches"]) or "all"
        laid.add_row(one["name"] or "", one["channel"], one["address"], role, branches, one["digest"])
    return laid
