"""The two providers as they really behave, on loopback: for tests, simulations, benchmarks and the fault suite.

loopback   a small HTTP server that can also misbehave: hang, half an answer, one byte a second, reset, garbage
limits     how many calls in which window: the providers' own rate limits
log        accepted sends, appended to a file and fsynced, so that a kill test can count them afterwards
telegram   FakeTelegram: the Bot API, and helpers to act as people
twilio     FakeTwilio: Messages, signed callbacks and signed inbound messages, the account

Each runs in the test's own loop (``async with FakeTelegram() as fake``) or as a process of its own
(``python -m tests.fakes.telegram --port 9001 --log sent.jsonl``), then steered by ``POST /control``.
"""
