"""Restarts PostgreSQL while clients use a service, and counts what fails although it is back.

The service is treestatus, served as in production; its clients write and read over connections
that they keep. Every second restart is a kill.
"""

from ..campaign import Campaign

CAMPAIGN = Campaign(
    tried="requests while PostgreSQL was up",
    mark={"failed": 0, "errors other than 503 at any time": 0, "confirmed writes lost": 0},
    servers=["postgresql"],
)
