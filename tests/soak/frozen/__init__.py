"""Freezes PostgreSQL, RabbitMQ and Redis one after the other, while clients use a service.

A server that is frozen (SIGSTOP) answers nothing, and keeps its connections. The service stores
orders, publishes them through its outbox, and counts them in its cache; a relay and a consumer
pass them on. Whatever is frozen, every request has an answer within the limit, and what was
confirmed is handled in the end.
"""

from ..campaign import Campaign

CAMPAIGN = Campaign(
    tried="requests",
    mark={
        "confirmed orders that were not handled": 0,
        "answered too late": 0,
        "errors other than 503": 0,
        "failed after the thaw": 0,
        "orders that were handled twice": 0,
    },
    servers=["postgresql", "rabbitmq", "redis"],
)
