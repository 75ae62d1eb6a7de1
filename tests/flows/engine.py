"""Runs a script on the pure conversation, storing and reloading it as JSON between every two events."""

import json
from datetime import datetime

from bot.carrying import VISIT_STATES
from bot.hearing import silenced
from bot.planning import template_values
from surveys.conversation import Step, advance, start
from surveys.conversation_value import Conversation, Setting
from surveys.effects import Ask, OptIn, OptOut, RecordAnswer, Say
from surveys.events import Event, NotSent, Pressed, Reopened, Replied, SentMedia, TimedOut
from surveys.opening import due_at
from surveys.policy import parse_duration
from tests.flows.script import VISITED_AT, Found, Script


def run(script: Script) -> list[Found]:
    return _Run(script).all()


class _Run:
    def __init__(self, script: Script) -> None:
        firm = script.firm()
        visit, policy = script.visit, firm.rules.base
        opening = firm.opening(visit, policy, None)
        due = due_at(VISITED_AT, policy, opening)
        assert due is not None
        self.script, self.now = script, due
        self.setting = Setting(
            survey=script.survey,
            organisation=firm.organisation,
            language=firm.language,
            languages=firm.languages,
            policy=policy,
            opening=opening,
            values=template_values(visit),
            occurred_at=VISITED_AT,
            visit_number=script.visit_number,
            first_contact=True,
            knows_language=script.language is not None,
        )
        self.stored = ""
        self.asked: list[Ask] = []
        self.messages: dict[str, str] = {}
        self.found = Found()

    def all(self) -> list[Found]:
        return [self._step(step) for step in self.script.steps]

    def _step(self, step: dict[str, object]) -> Found:
        self.found = Found(
            answers=dict(self.found.answers), late=self.found.late, opted_out=self.found.opted_out
        )
        if wait := step.get("after") or step.get("silence"):
            self._wait(self.now + parse_duration(str(wait)))
        if step.get("asked"):
            self._take(start(self.setting, self.script.language or "en", self.now))
        elif "silence" not in step:
            self._happened(self._event(step))
        state = self._conversation().state
        self.found.state, self.found.visit = str(state), VISIT_STATES[state]
        return self.found

    def _event(self, step: dict[str, object]) -> Event:
        match step:
            case {"text": str(text)}:
                return Replied(text, self._message(text))
            case {"edit": str(text)}:
                old = str(step.get("of", next(reversed(self.messages), "")))
                self.messages[text] = self.messages[old]
                return Replied(text, self.messages[text])
            case {"press": str(label)}:
                return self._pressed(label, step.get("on"))
            case {"media": _}:
                return SentMedia()
            case {"reopened": True}:
                return Reopened()
            case {"undelivered": True}:
                return NotSent()
        raise AssertionError(f"no event in {step}")

    def _message(self, text: str) -> str | None:
        if self.script.channel == "sms":
            return None
        self.messages[text] = f"m{len(self.messages)}"
        return self.messages[text]

    def _pressed(self, label: str, question: object) -> Pressed:
        for ask in reversed(self.asked):
            for choice in (choice for row in ask.choices for choice in row):
                if choice.label == label and question in {None, ask.question}:
                    return Pressed(ask.question, choice.value)
        raise AssertionError(f"no button {label!r}")

    def _wait(self, until: datetime) -> None:
        while self.stored:
            wake = self._conversation().wake_at
            if wake is None or wake > until:
                break
            self.now = wake
            self._happened(TimedOut())
        self.now = until

    def _happened(self, event: Event) -> None:
        self._take(advance(self.setting, self._conversation(), event, self.now))

    def _conversation(self) -> Conversation:
        return Conversation.from_dict(json.loads(self.stored))

    def _take(self, step: Step) -> None:
        self.stored = json.dumps(step.conversation.to_dict())
        for effect in silenced(step.effects) if self.found.opted_out else step.effects:
            match effect:
                case Ask():
                    self.asked.append(effect)
                    rows = (" ".join(choice.label for choice in row) for row in effect.choices)
                    self._said(effect.text, " | ".join(rows))
                case Say():
                    self._said(effect.text, "")
                case RecordAnswer():
                    value = str(effect.value) if effect.value is not None else str(effect.text)
                    self.found.answers[effect.question] = value
                    self.found.late = self.found.late or effect.late
                case OptOut() | OptIn():
                    self.found.opted_out = isinstance(effect, OptOut)

    def _said(self, text: str, buttons: str) -> None:
        from surveys.segments import as_sms

        sms = self.script.channel == "sms"
        self.found.says.append(as_sms(text) if sms else text)
        self.found.buttons = None if sms else buttons or None
