"""The measurements, by their names on the command line."""

from collections.abc import Callable, Iterator, Mapping

from bench.figure import Figure
from bench.job import Job
from bench.measure import (
    api,
    closure,
    cold,
    create,
    edit,
    noop,
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
    "create": create.measure,
    "wire": wire.measure,
    "cold": cold.measure,
}
