"""The channels: how a message leaves askwhy and how one comes in.

A channel is a *codec* (plain functions from the provider's wire format to :class:`Inbound` and back) plus one
``send()``. It decides nothing: whom to ask and when is decided in ``surveys``, claiming and recording in
``bot.outbox``, pacing in ``bot.pacing``. It never touches the store, the conversation or the web server.

Tour
----
==================  ==================================================================================
base                the words: Inbound, Outgoing, Sent, Decision, SendFailed, the Channel protocol
telegram            TelegramChannel: Bot API by python-telegram-bot's Bot, webhook or own polling
telegram_updates    an update of Telegram -> Inbound; never raises on whatever comes
telegram_text       limits of Telegram: splitting long texts, rows of buttons
telegram_request    the HTTP side of PTB, with our reading of refusals
telegram_errors     what Telegram's refusals mean: a table
sms                 SmsChannel: Twilio's REST API, its listing for what was missed
sms_addresses       where Twilio posts what people write, compared with ours for ``askwhy check``
sms_forms           Twilio's webhook forms -> Inbound and StatusUpdate
sms_client          twilio's client: our host, our timeouts, no logging
sms_errors          what Twilio's codes mean: a table
signatures          did this request really come from the provider?
console             a channel in memory, for the demo and for simulation
==================  ==================================================================================

Invariants
----------
* ``send()`` raises nothing but SendFailed (and cancellation), and returns or raises within a bounded time.
* A request that may have reached the provider is UNKNOWN, never LATER: who retries UNKNOWN may ask twice.
* No parser raises: what cannot be understood is OTHER, what cannot even be named is None.
* No secret, no phone number and no text of a customer is in an exception, a repr or a log line.
* The clients' own retries are off. Retrying belongs to the outbox, which records before it sends.

Adding a channel, say WhatsApp
------------------------------
One file and one line; nothing else has to know of it. ``tests/channels/whatsapp_toy.py`` is such a file, in little.

1. Write ``bot/channels/whatsapp.py``::

       class WhatsApp(Section):                     # what [whatsapp] of config.toml may say; bot.config.sections
           phone_id: str
           api_base_url: BaseUrl = "https://graph.facebook.com"
           messages_per_second: Rate = 20.0         # the pace of the sender; every channel has it
           token: SecretStr | None = None           # ASKWHY_WHATSAPP__TOKEN, or token_file; `askwhy run` asks for it

       class WhatsAppChannel:
           name = "whatsapp"                        # also in [asking] channels = ["whatsapp", "sms"]
           section = WhatsApp
           per_chat = 0.2                           # if the provider limits messages a second to one person
           sender: str                              # what is paced and may be refused: the phone id

           @classmethod
           def from_config(cls, config: Config) -> Self: ...

           async def start(self) -> None: ...       # no network: askwhy starts while a provider is down
           async def verify(self) -> str: ...       # one harmless call for `askwhy check`
           async def send(self, message: Outgoing, attempt_id: str) -> Sent: ...
           async def close(self) -> None: ...

           # Where the provider posts what people write: POST and GET /webhooks/whatsapp (base.Hears)
           def read_posted(self, query, headers, body) -> list[Inbound] | None: ...
           def answer_to_proof(self, query) -> str | None: ...

   ``read_posted`` checks who calls before it reads, and never raises. ``Inbound.external_id`` is the provider's own id
   of the message: it is stored once for ever. Heavy libraries are imported inside ``start``, so that ``askwhy --help``
   stays fast. Do not import ``Config`` but for types: the configuration is made with this file's section in it.
2. Write down what each refusal means in a table, like ``sms_errors.ERRORS``: code -> (Decision, meaning). The
   Decision is the whole contract with the outbox; read its docstring before choosing.
3. Add one line to CHANNELS below.

Then, so that it stays true: samples in ``tests/channels/samples/whatsapp/``, ``in-*.json`` (a request of the provider
and the Inbound that it means) and ``out-*.json`` (an Outgoing and the request that must leave), with how to run them in
``tests/channels/wire.py``. The suite fails without them. Comment the section's keys in ``config.example.toml``.

An address belongs to its channel: a customer is asked by WhatsApp after writing there once. Showing the chosen button in
the question's place, and answering staff, are Telegram's and SMS's own; elsewhere a question keeps its buttons.
"""

from importlib import import_module
from typing import Any

CHANNELS: dict[str, str] = {
    "console": "bot.channels.console:ConsoleChannel",
    "telegram": "bot.channels.telegram:TelegramChannel",
    "sms": "bot.channels.sms:SmsChannel",
}
"""Name of a channel, as in ``[asking] channels`` -> where its class is; imported on first use."""


def class_of(name: str) -> Any:
    """Return the class of a channel."""
    module, _, attribute = CHANNELS[name].partition(":")
    return getattr(import_module(module), attribute)
