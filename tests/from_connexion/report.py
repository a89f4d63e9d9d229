"""What is printed: how many requests are alike, and in what the others differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .compare import Difference, difference
from .exchange import Answer, Exchange
from .reasons import Listed

LONGEST = 300  # characters of a body


@dataclass
class Report:
    """The result of a replay.

    Attributes:
        alike: How many requests have answers that are alike.
        listed: How often each row was needed, in the order of the rows.
        unlisted: The exchanges whose difference no row describes.
    """

    alike: int = 0
    listed: Counter[Listed] = field(default_factory=Counter)
    unlisted: list[tuple[Exchange, Difference]] = field(default_factory=list)

    @property
    def stale(self) -> list[Listed]:
        """The rows that describe no difference."""
        return [row for row, count in self.listed.items() if not count]

    @property
    def passes(self) -> bool:
        """Whether the rows are what there is."""
        return not self.unlisted and not self.stale

    def lines(self) -> Iterator[str]:
        """Yield the lines to print."""
        yield from self._of_reasons()
        for exchange, found in self.unlisted:
            yield from _of_exchange(exchange, found)
        for row in self.stale:
            yield (
                f"remove the row, which describes no difference now: {row.test} {row.request} "
                f"({' / '.join(row.difference)})"
            )
        reasons = {row.reason for row, count in self.listed.items() if count}
        differing = self.listed.total()
        yield (
            f"{self.alike + differing + len(self.unlisted)} requests: {self.alike} alike; "
            f"{differing} differ for {len(reasons)} reasons; "
            f"{len(self.unlisted)} differ without a reason"
        )

    def _of_reasons(self) -> Iterator[str]:
        rows: dict[str, list[tuple[Listed, int]]] = {}
        for row, count in self.listed.items():
            if count:
                rows.setdefault(row.reason, []).append((row, count))
        for reason, found in rows.items():
            yield f"{sum(count for _, count in found)} differ: {reason}"
            for row, count in found:
                yield f"  {count} x {row.test} {row.request}: {' / '.join(row.difference)}"
        if rows:
            yield ""


def judge(exchanges: Iterable[Exchange], rows: Sequence[Listed]) -> Report:
    """Compare the answers of all exchanges; *rows* have the differences that are known."""
    report = Report(listed=Counter(dict.fromkeys(rows, 0)))
    for exchange in exchanges:
        found = difference(exchange)
        if found is None:
            report.alike += 1
        elif row := next((row for row in rows if row.covers(exchange, found)), None):
            report.listed[row] += 1
        else:
            report.unlisted.append((exchange, found))
    return report


def _of_exchange(exchange: Exchange, found: Difference) -> Iterator[str]:
    request = exchange.request
    yield f"without a reason: {exchange.test} [{exchange.parameters}]: {' / '.join(found)}"
    yield f"  {request.method} {request.target}"
    for name, value in request.headers:
        if name in ("accept", "authorization", "content-type", "cookie") or name.startswith("x-"):
            yield f"    {name}: {value}"
    if request.body:
        yield f"    {request.body[:LONGEST]!r}"
    if exchange.options:
        yield f"  api does not have: {', '.join(exchange.options)}"
    yield f"  connexion: {_of_answer(exchange.theirs)}"
    yield f"  api:       {_of_answer(exchange.ours)}"
    yield ""


def _of_answer(answer: Answer) -> str:
    refusal = f"refused: {answer.refusal}" if answer.refusal else ""
    if not answer.status:
        return refusal
    shown = f"{answer.status} {answer.media_type} {answer.body[:LONGEST]!r}"
    return f"{refusal}, corrected: {shown}" if refusal else shown
