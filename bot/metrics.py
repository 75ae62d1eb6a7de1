"""What Prometheus may know: counts and ages, never a name, a number or a word of a customer."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

WEBHOOK_SECONDS = Histogram(
    "askwhy_webhook_seconds", "Time from a webhook's arrival to its answer.", ["path"], registry=REGISTRY
)
REPLIES = Counter(
    "askwhy_replies_total",
    "Messages that came in, by what became of them.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
SENDS = Counter(
    "askwhy_sends_total", "Messages sent, by how it ended.", ["channel", "kind", "outcome"], registry=REGISTRY
)
PACING_SECONDS = Histogram(
    "askwhy_pacing_seconds",
    "Time that a message waited for its sender's pace.",
    ["channel"],
    registry=REGISTRY,
)
OUTBOX = Gauge(
    "askwhy_outbox_messages", "Messages of the last day, by state.", ["channel", "state"], registry=REGISTRY
)
INBOX = Gauge(
    "askwhy_inbox_messages", "Messages of the last day, by state.", ["channel", "state"], registry=REGISTRY
)
UNKNOWN = Gauge("askwhy_unknown_sends", "Sends of the last day whose outcome is unknown.", registry=REGISTRY)
QUARANTINE = Gauge("askwhy_quarantined_messages", "Messages whose handling failed.", registry=REGISTRY)
QUEUE_AGE = Gauge(
    "askwhy_queue_age_seconds", "How long the oldest due entry waits.", ["queue"], registry=REGISTRY
)
VISITS = Gauge("askwhy_visits", "Visits by state.", ["state"], registry=REGISTRY)
