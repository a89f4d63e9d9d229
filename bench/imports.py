"""The cost of imports, as Python reports it."""


def packages(said: str) -> dict[str, float]:
    """Add up the output of ``-X importtime``: for each package, the seconds of its own modules."""
    costs: dict[str, float] = {}
    for line in said.splitlines():
        microseconds, _, rest = line.removeprefix("import time:").partition("|")
        if line.startswith("import time:") and microseconds.strip().isdigit():
            package = rest.rpartition("|")[2].strip().partition(".")[0]
            costs[package] = costs.get(package, 0) + int(microseconds) / 1e6
    return costs
