"""Publishes messages that nobody can read among good ones, and counts what becomes of them.

Bodies, content types, encodings, compressions and headers are broken in many ways, in bytes too.
Two consumer processes handle the queue; none of them may end.
"""

from ..campaign import Campaign

CAMPAIGN = Campaign(
    tried="messages",
    mark={
        "poisonous ones that are no dead letters": 0,
        "good ones not handled": 0,
        "consumers that ended": 0,
    },
    servers=["rabbitmq"],
)
