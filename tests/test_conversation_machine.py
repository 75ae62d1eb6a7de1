"""The conversation under any events in any order: it never raises, says one thing at a time, and loses nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from surveys.conversation import Step, advance, listening, start
from surveys.conversation_value import Conversation, Setting
from surveys.effects import Ask, OptIn, OptOut, RecordAnswer, Say
from surveys.events import Event, NotSent, Pressed, Reopened, Replied, SentMedia, TimedOut
from surveys.opening import opening_for
from surveys.policy import Policy
from surveys.visits import Visit
from tests.flows.script import LANGUAGES, TALLINN, find_survey

SURVEYS = ("nps", "csi", "csi_importance", "fcr", "cli", "branching.toml", "late_primary.toml")
ASKED_AT = datetime(2026, 11, 17, 12, 20, tzinfo=UTC)
STOPS = ("STOP", "stop!", "стоп", "please stop texting me", "9. STOP", "end", "Remove my number.")
TEXTS = (
    *("0", "1", "2", "3", "5", "9", "10", "11", "8.5", "7 or 8", "4/5", "9 because it was quick", "slow, 3"),
    *("sorry, I meant 2", "oops 10", "I meant 4, it was slow", "yes", "no", "skip", "-", "", " ", "?", "🙂"),
    *(
        "who is this?",
        "Why did I have to wait for so long?",
        "hm",
        "it was very good indeed, thank you",
        "HELP",
    ),
    *("START", "waiting", "Price", "kuus", "девять", "תשע", "9 sest kiire", "Всё было очень хорошо, спасибо"),
)
texts = st.one_of(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.text(max_size=40))
messages = st.one_of(st.none(), st.integers(0, 5).map("m{}".format))
pauses = st.sampled_from([timedelta(seconds=10), timedelta(minutes=3), timedelta(days=1), timedelta(days=9)])


class Talk(RuleBasedStateMachine):
    """One conversation, stored and reloaded between any two events."""

    @initialize(
        survey=st.sampled_from(SURVEYS),
        reminders=st.integers(0, 2),
        knows=st.booleans(),
        elsewhere=st.booleans(),
        number=st.integers(1, 3),
    )
    def begin(self, survey: str, reminders: int, *, knows: bool, elsewhere: bool, number: int) -> None:
        visit = Visit("v-1", "c-1", ASKED_AT - timedelta(days=1), name="Liis Tamm", phone="+37255550101")
        policy = Policy(reminders=reminders)
        opening = opening_for(visit, policy, country="EE", organisation_zone=TALLINN)
        self.setting = Setting(
            survey=find_survey(survey),
            organisation="Acme Auto",
            language="en",
            languages=LANGUAGES,
            policy=policy,
            opening=opening,
            occurred_at=visit.occurred_at,
            visit_number=number,
            first_contact=True,
            knows_language=knows,
        )
        self.elsewhere = elsewhere
        self.now = ASKED_AT
        self.recorded: dict[str, tuple[int | None, str | None]] = {}
        self.take(start(self.setting, "en", self.now))

    def take(self, step: Step) -> None:
        self.conversation = Conversation.from_dict(json.loads(json.dumps(step.conversation.to_dict())))
        assert self.conversation == step.conversation
        assert sum(isinstance(effect, Ask | Say) for effect in step.effects) <= 1
        for effect in step.effects:
            match effect:
                case RecordAnswer():
                    assert self.recorded.get(effect.question) != (effect.value, effect.text), "nothing new"
                    self.recorded[effect.question] = (effect.value, effect.text)
                case Ask() | Say():
                    assert effect.text.strip() == effect.text != ""
                case OptOut() | OptIn():
                    self.setting = replace(self.setting, opted_out=isinstance(effect, OptOut))

    def happen(self, event: Event) -> Step:
        alone = self.conversation.state.open or not self.elsewhere
        step = advance(replace(self.setting, asks_elsewhere=not alone), self.conversation, event, self.now)
        self.take(step)
        return step

    @rule(text=texts, message=messages)
    def types(self, text: str, message: str | None) -> None:
        self.happen(Replied(text, message))

    @rule(text=st.sampled_from(STOPS))
    def stops(self, text: str) -> None:
        step = self.happen(Replied(text))
        assert any(isinstance(effect, OptOut) for effect in step.effects), "opt-out wins at every step"
        said = [effect for effect in step.effects if isinstance(effect, Ask | Say)]
        assert [effect.confirms_stop for effect in said if isinstance(effect, Say)] == [True]
        assert not self.conversation.state.open

    @rule(place=st.integers(0, 6), value=st.one_of(st.none(), st.integers(0, 11)))
    def presses(self, place: int, value: int | None) -> None:
        questions = (*self.conversation.questions, "gone")
        self.happen(Pressed(questions[place % len(questions)], value))

    @rule()
    def sends_media(self) -> None:
        self.happen(SentMedia())

    @rule(pause=pauses)
    def waits(self, pause: timedelta) -> None:
        self.now += pause
        self.happen(TimedOut())

    @rule()
    def visit_is_reopened(self) -> None:
        self.happen(Reopened())

    @precondition(lambda self: not self.conversation.replied)
    @rule()
    def question_cannot_be_sent(self) -> None:
        self.happen(NotSent())

    @invariant()
    def what_was_recorded_is_what_is_remembered(self) -> None:
        for given in self.conversation.answers:
            if given.value is not None or given.text is not None:
                assert self.recorded[given.question] == (given.value, given.text)
            else:
                assert given.question not in self.recorded
        assert len({given.question for given in self.conversation.answers}) == len(self.conversation.answers)

    @invariant()
    def no_value_lies_outside_its_scale(self) -> None:
        for given in self.conversation.answers:
            if given.value is not None:
                scale = self.setting.survey.question(given.question).scale
                assert scale is not None
                assert given.value in scale

    @invariant()
    def only_what_is_open_will_be_woken(self) -> None:
        state, wake = self.conversation.state, self.conversation.wake_at
        assert (wake is not None) is state.open
        assert wake is None or wake <= self.conversation.expires_at
        assert not state.open or listening(self.setting, self.conversation, self.now)


Talk.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestAnyConversation = Talk.TestCase
