"""A broker in memory: kombu's, which all of a process would share, made for one application."""

from collections import defaultdict
from typing import Any

from kombu.transport import memory, virtual


def transport() -> Any:
    """Return a transport for kombu whose exchanges and queues nobody else has."""
    state: Any = virtual.BrokerState
    channel = type("Channel", (memory.Channel,), {"queues": {}, "events": defaultdict(set)})
    own = {"Channel": channel, "global_state": state(), "polling_interval": 0.01}
    return type("Transport", (memory.Transport,), own)
