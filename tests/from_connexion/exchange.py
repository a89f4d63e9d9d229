"""A request of connexion's tests, and both answers to it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """A request as a client sends it.

    Attributes:
        target: The path with the query.
        body: The bytes of the body as text in Latin-1, so that JSON can have them.
    """

    method: str
    target: str
    headers: list[list[str]]
    body: str

    @property
    def path(self) -> str:
        """The target without the query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Answer:
    """A response.

    Attributes:
        status: The status; 0 where there is no such operation, or no application.
        headers: Names in lower case, and values.
        body: The bytes of the body as text in Latin-1.
        refusal: Why the application or the operation was refused. With a status, the answer is that
            of the operation after the correction that the error asks for.
    """

    status: int
    headers: list[list[str]]
    body: str
    refusal: str = ""

    def header(self, name: str) -> str | None:
        """Return the first header of a name in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def media_type(self) -> str:
        """The type of the body without its parameters; "" where there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Exchange:
    """One request and both answers.

    Attributes:
        test: The file and the function of the test: `test_headers.py::test_optional_header`.
        parameters: What pytest adds to that for one case: `FlaskApp-openapi.yaml`.
        options: The names of what the test asked of connexion, and `api` does not have.
    """

    test: str
    parameters: str
    options: list[str]
    request: Request
    theirs: Answer
    ours: Answer


def write(exchange: Exchange, path: Path) -> None:
    """Append an exchange to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(exchange)) + "\n")


def read(path: Path) -> Iterator[Exchange]:
    """Yield the exchanges in a file; there may be no such file."""
    lines: Iterable[str] = path.read_text("utf-8").splitlines() if path.exists() else ()
    for line in lines:
        parts = json.loads(line)
        yield Exchange(
            parts["test"],
            parts["parameters"],
            parts["options"],
            Request(**parts["request"]),
            Answer(**parts["theirs"]),
            Answer(**parts["ours"]),
        )
