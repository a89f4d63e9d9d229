"""The measurements, by the names that the command line has for them."""

from collections.abc import Callable, Iterator, Mapping

from bench.figure import Figure
from bench.job import Job
from bench.measure import (
    api,
    closure,
    cold,
    create,
    edit,
    malformed,
    noop,
    pulse,
    restart,
    scale,
    shell,
    wire,
)

Measurement = Callable[[Job], Iterator[Figure]]

MEASUREMENTS: Mapping[str, Measurement] = {
    "noop": noop.measure,
    "edit": edit.measure,
    "shell": shell.measure,
    "scale": scale.measure,
    "closure": closure.measure,
    "api": api.measure,
    "pulse": pulse.measure,
    "restart": restart.measure,
    "create": create.measure,
    "wire": wire.measure,
    "malformed": malformed.measure,
    "cold": cold.measure,
}
