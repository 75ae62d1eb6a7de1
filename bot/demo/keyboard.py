"""The reader's turn: be a customer who is asked, be staff who ask."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.text import Text

from bot.commands_typed import STAFF_WORDS
from bot.demo import showing
from bot.demo.stage import Place, Stage
from bot.demo.telling import ADMIN
from bot.demo.weeks import join
from surveys.visits import Visit

Run = Callable[[Coroutine[Any, Any, None]], None]

HELP = """\
You are a customer: answer as you like. "9", "9, they were quick", "ten!!", a button's label, "stop", anything.
You are staff too: /score by branch · /score 7d · /why detractors · /trend · /team · /status

  /customer [et|ru|en|fi|he]   be a new customer, visited yesterday, asked now
  /staff                       be staff (a line that begins with / is staff's anyway)
  /wait                        let a day pass: see what silence leads to
  /help  /quit"""


class Turns:
    """Whose turn it is, and what was shown already."""

    def __init__(self, out: Console, stage: Stage, run: Run) -> None:
        self._out = out
        self._stage = stage
        self._run = run
        self._numbers = itertools.count(1)
        self._customer: Place = ADMIN
        self._place: Place = ADMIN
        self._seen: dict[Place, int] = {}

    def be_customer(self, language: str) -> None:
        """Visit as somebody new, and let the next day come."""
        number = next(self._numbers)
        self._customer = self._place = ("telegram", str(900_000_000 + number))
        self._run(self._visit(number, language))
        self._show()

    def be_staff(self) -> None:
        """Ask for scores from now on."""
        self._place = ADMIN
        self._seen[ADMIN] = len(self._stage.said[ADMIN])
        self._out.print(
            Text("You are staff now: /score by branch, /why detractors … /customer to answer again.")
        )

    def take(self, line: str) -> bool:
        """Do what one line says; False to end."""
        word, _, rest = line.strip().partition(" ")
        match word.lower():
            case "":
                return True
            case "/quit" | "/exit" | "/q":
                return False
            case "/help":
                self._out.print(Text(HELP))
            case "/customer":
                self.be_customer(rest.strip() or "en")
            case "/staff":
                self.be_staff()
            case "/wait":
                self._run(self._wait())
                now = self._stage.clock.now().astimezone(self._stage.app.firm.zone)
                self._out.print(Text(f"A day passes. It is {now:%A %d %B, %H:%M}.", style="italic"))
                self._show()
            case command if command.startswith("/") and command[1:] in STAFF_WORDS:
                place, self._place = self._place, ADMIN
                self._seen[ADMIN] = len(self._stage.said[ADMIN])
                self._say(line)
                self._place = place
            case _:
                self._say(line)
        return True

    @property
    def prompt(self) -> str:
        """Say who is to speak."""
        return "you, staff › " if self._place == ADMIN else "you, customer › "

    def _say(self, text: str) -> None:
        if self._place == ADMIN and not text.startswith("/"):
            text = f"/{text}"
        self._run(self._said(text))
        if not self._show(skip=1):
            self._out.print(Text("(no reply: askwhy has nothing to say to that)", style="dim"))

    def _show(self, skip: int = 0) -> int:
        """Show what is new in the chat, and return how much; `skip` leaves out what the reader has just typed."""
        said = self._stage.said[self._place]
        new = said[self._seen.get(self._place, 0) + skip :]
        for one in new:
            self._out.print(showing.bubble(one, self._stage.app.firm.zone))
        self._seen[self._place] = len(said)
        return len(new)

    async def _visit(self, number: int, language: str) -> None:
        stage, app = self._stage, self._stage.app
        now = stage.clock.now()
        visit = Visit(
            visit_id=f"yours-{number}",
            customer_id=f"you-{number}",
            occurred_at=now,
            language=language,
            touchpoint="service",
            branch="Tallinn",
        )
        await app.service.on_visits([visit])
        await join(stage, visit.customer_id, self._place, language)
        self._seen[self._place] = len(stage.said[self._place])
        stored = await app.store.read.visit(visit.visit_id)
        if stored is not None and stored.due_at is not None:
            await stage.pass_to(stored.due_at)

    async def _said(self, text: str) -> None:
        await self._stage.pass_to(self._stage.clock.now() + timedelta(minutes=1))
        await self._stage.say(self._place, text)

    async def _wait(self) -> None:
        for _ in range(24 * 4):
            await self._stage.pass_to(self._stage.clock.now() + timedelta(minutes=15))


def take_turns(out: Console, stage: Stage, run: Run) -> None:
    """Hand over the keyboard until the reader leaves."""
    stage.heard = lambda _: None  # the cast has gone home
    out.print(showing.heading("6  Your turn"))
    out.print(Text(HELP))
    turns = Turns(out, stage, run)
    out.print(
        Text("\nYesterday you had your car serviced in Tallinn. Today, on your phone:\n", style="italic")
    )
    turns.be_customer("en")
    while True:
        try:
            line = input(turns.prompt)
        except (EOFError, KeyboardInterrupt):
            out.print()
            return
        if not turns.take(line):
            return
