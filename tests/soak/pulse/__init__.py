"""Publishes through the outbox while the broker and the relays are killed; counts what is lost."""

from ..campaign import Campaign

CAMPAIGN = Campaign(tried="messages", mark={"lost": 0}, servers=["postgresql", "rabbitmq"])
