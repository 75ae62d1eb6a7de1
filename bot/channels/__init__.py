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
1. Write ``bot/channels/whatsapp.py``::

       @dataclass(frozen=True, slots=True)
       class WhatsAppSettings:                  # plain values; secrets with field(repr=False)
           phone_id: str
           token: str = field(repr=False)
           api_base_url: str = "https://graph.facebook.com"
           timeouts: Timeouts = field(default_factory=Timeouts)

       def parse_webhook(update: object) -> list[Inbound]: ...      # pure; never raises

       class WhatsAppChannel:
           name = "whatsapp"
           def __init__(self, settings: WhatsAppSettings) -> None: ...
           sender: str                          # what is paced and may be refused: the phone id
           async def start(self) -> None: ...   # no network: askwhy starts while a provider is down
           async def verify(self) -> str: ...   # one harmless call for `askwhy check`
           async def send(self, message: Outgoing, attempt_id: str) -> Sent: ...
           async def close(self) -> None: ...

   Heavy libraries are imported inside the constructor or ``start``, so that ``askwhy --help`` stays fast.
2. Write down what each refusal means in a table, like ``sms_errors.ERRORS``: code -> (Decision, meaning). The
   Decision is the whole contract with the outbox; read its docstring before choosing.
3. Add one line to CHANNELS below, and its settings to ``bot/config.py``.
4. Record samples in ``tests/channels/samples/whatsapp/``: ``in-*.json`` (a request of the provider and the Inbound
   that it means) and ``out-*.json`` (an Outgoing and the request that must leave). The suite fails without both.
"""

CHANNELS: dict[str, str] = {
    "console": "bot.channels.console:ConsoleChannel",
    "telegram": "bot.channels.telegram:TelegramChannel",
    "sms": "bot.channels.sms:SmsChannel",
}
"""Name of a channel, as in ``[asking] channels`` -> where its class is; imported on first use."""
