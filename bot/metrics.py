"""What Prometheus may know: counts and ages, never a name, a number or a word of a customer.

Counters and histograms tell of this process: where web and workers are processes apart, each is scraped. Gauges are
read from the store whenever somebody asks (bot/web/health.py), so all but the one of waiting work tell the same everywhere.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

FAST: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SLOW: Final = (0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

WEBHOOK_SECONDS: Final = Histogram(
    "askwhy_webhook_seconds",
    "Time from a webhook's arrival to its answer, by the status of the answer.",
    ["path", "status"],
    registry=REGISTRY,
    buckets=FAST,
)
REPLIES: Final = Counter(
    "askwhy_replies_total",
    "Messages that came in, by what became of them: handled, repeat, staff, failed, not_stored.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
SENDS: Final = Counter(
    "askwhy_sends_total",
    "Messages handed to a provider, by how it ended: sent, or the decision about the failure.",
    ["channel", "kind", "outcome"],
    registry=REGISTRY,
)
PACING_SECONDS: Final = Histogram(
    "askwhy_pacing_seconds",
    "Time that a claimed message waited for its sender's pace.",
    ["channel"],
    registry=REGISTRY,
    buckets=SLOW,
)
OUTBOX: Final = Gauge(
    "askwhy_outbox_messages",
    "Messages that went or go out, of the last day, by state.",
    ["channel", "state"],
    registry=REGISTRY,
)
INBOX: Final = Gauge(
    "askwhy_inbox_messages",
    "Messages that came in, of the last day, by state.",
    ["channel", "state"],
    registry=REGISTRY,
)
STORE_WAITING: Final = Gauge(
    "askwhy_store_waiting",
    "Units of work of this process that are under way or wait for the store.",
    registry=REGISTRY,
)
UNKNOWN: Final = Gauge(
    "askwhy_unknown_sends",
    "Sends of the last day of which nobody knows whether they arrived.",
    registry=REGISTRY,
)
QUARANTINE: Final = Gauge(
    "askwhy_quarantined_messages",
    "Messages whose handling failed; they wait for the operator.",
    registry=REGISTRY,
)
QUEUE_AGE: Final = Gauge(
    "askwhy_queue_age_seconds",
    "How long the oldest due entry waits.",
    ["queue", "channel"],
    registry=REGISTRY,
)
SENDER_STOPPED: Final = Gauge(
    "askwhy_sender_stopped",
    "1 where nothing is sent until the operator acts.",
    ["channel"],
    registry=REGISTRY,
)
SENDER_PAUSED: Final = Gauge(
    "askwhy_sender_paused_seconds", "For how long a sender still rests.", ["channel"], registry=REGISTRY
)
BACKUP_AGE: Final = Gauge(
    "askwhy_backup_age_seconds",
    "Age of the last nightly backup; absent where backups are off, or none was made yet.",
    registry=REGISTRY,
)
HEALTHY: Final = Gauge("askwhy_healthy", "1 where /health answers 200.", registry=REGISTRY)
