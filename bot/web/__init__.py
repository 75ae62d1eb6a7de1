"""The HTTP side: webhooks of the providers, the API for CRMs and dashboards, health and metrics.

    app.py       build_web(): all routes together
    bodies.py    read a request's body within its limits of size and time
    webhooks.py  Twilio and Telegram: check who calls, store, and only then answer
    api.py       /api/v1: visits in, scores and stories out; OpenAPI comes by itself
    health.py    /health and /metrics, without personal data

Invariant: a webhook is answered with 2xx only after its message is committed, and within 10 seconds.
"""
