"""Sends requests of any shape to every endpoint of services, and counts those that fail.

A request fails if its answer is a 5xx or has a traceback. The requests are made of the services'
own documents, with credentials of every kind: by strategies that are written here, or by
Schemathesis. A service is asked within the process that makes the requests.
"""

from ..campaign import Campaign

CAMPAIGN = Campaign(
    tried="requests",
    mark={"failed": 0, "expected statuses never seen": 0},
    servers=["oidc", "postgresql", "rabbitmq", "redis"],
)
