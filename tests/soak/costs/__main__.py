"""Runs the campaign: `python -m soak.costs SHARE`."""

import heapq
import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend_common import App, create_app
from backend_common.api import yaml_file
from backend_common.log.redaction import redact
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ..campaign import Tally
from .requests import URLENCODED, Draft, Json, Request, of_operation
from .texts import texts

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ROOT = Path(__file__).parents[3]
DOCUMENTS = (
    "tests/soak/costs/*.yml",
    "tests/soak/malformed/exposed/exposed/*.yml",
    "src/*/*/*.yml",
    "bench/subjects/services/*/*.yml",
)
OPERATIONS = ("delete", "get", "patch", "post", "put")
MOST = 0.25
"""Seconds of CPU time that a request, or a text, may take."""
TRIES = 5
"""How often one is tried that takes longer, because a busy machine has slow caches."""
WHOLE = 5_000
"""How many requests to send."""
LEAST = 250
"""Requests without which the campaign says nothing."""
FORMS = 6
SHOWN = 5


def main(share: float) -> None:
    """Send a share of all requests, and print the tally."""
    documents = {
        str(path.relative_to(ROOT)): yaml_file.read(path)
        for pattern in DOCUMENTS
        for path in sorted(ROOT.glob(pattern))
    }
    app = serve(documents)
    drafts = list(requests(documents))
    count = max(LEAST, round(WHOLE * share))
    # The same ones each time; all together would take an hour. Forms of many fields are always
    # among them: they are the first ones, and what is cheapest to send.
    forms = [draft for draft in drafts if draft.args[0].get("content_type") == URLENCODED]
    chosen = [*forms[:FORMS], *random.Random(0).sample(drafts, count - FORMS)]
    print(f"{len(chosen)} of {len(drafts)} requests", file=sys.stderr, flush=True)
    costs: list[tuple[float, str]] = []
    failed = []
    for draft in chosen:
        request = draft()
        cost, status = send(app, request)
        costs.append((cost, described(request, status)))
        if status >= 500:
            failed.append(described(request, status))
    known = list(texts())
    costs += [(measured(partial(redact, text)), f"redact {text[:60]!r}") for text in known]
    worst = heapq.nlargest(SHOWN, costs)
    notes = [f"{cost:.3f} s: {request}" for cost, request in worst]
    notes += [f"failed: {request}" for request in failed[:SHOWN]]
    over = sum(cost > MOST for cost, _ in costs)
    counts = {"over 0.25 s of CPU time": over, "failed": len(failed)}
    Tally(len(costs), len(chosen) + len(known), counts, notes).print()


def serve(documents: dict[str, Json]) -> App:
    """Make an application of all documents, with functions that do nothing and without security."""
    package = Path("hostile")
    package.mkdir()
    functions = ["import flask\n"]
    for number, document in enumerate(documents.values()):
        document.pop("security", None)
        for operation in operations(document):
            name = f"f{len(functions)}"
            functions.append(f"def {name}(**_):\n    return flask.Response(status=204)\n")
            operation[2]["operationId"] = f"hostile.functions.{name}"
            for word in ("security", "x-permissions"):
                operation[2].pop(word, None)
        (package / f"{number}.json").write_text(json.dumps(document))
    (package / "functions.py").write_text("\n".join(functions))
    (package / "__init__.py").touch()
    Path("settings.py").touch()
    sys.path.insert(0, str(Path.cwd()))
    config = {"API_VALIDATE_RESPONSES": False, "APP_CHANNEL": "development", "LOG_LEVEL": "ERROR"}
    app = create_app("hostile", ["api"], config)
    for number in range(len(documents)):
        app.api.register(f"{number}.json", base_path=f"/{number}")
    return app


def requests(documents: dict[str, Json]) -> Iterator[Draft]:
    """Yield drafts of requests to all operations."""
    for number, document in enumerate(documents.values()):
        for path, method, operation in operations(document):
            shared = document["paths"][path].get("parameters", [])
            whole = {**operation, "parameters": [*shared, *operation.get("parameters", [])]}
            yield from of_operation(document, f"/{number}{filled(path)}", method, whole)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield the operations of a document, with their paths and methods."""
    for path, item in document["paths"].items():
        for method in OPERATIONS:
            if method in item:
                yield path, method, item[method]


def filled(path: str) -> str:
    """Return a path with 1 for each parameter."""
    return "/".join("1" if step.startswith("{") else step for step in path.split("/"))


def send(app: App, request: Request) -> tuple[float, int]:
    """Send a request; return the seconds of CPU time that it takes, and the status."""
    status = 0

    def answer(environ: "WSGIEnvironment") -> None:
        nonlocal status
        parts, line, _headers = run_wsgi_app(app, environ, buffered=True)
        b"".join(parts)
        status = int(line[:3])

    cost = measured(answer, lambda: EnvironBuilder(**request).get_environ())
    return cost, status


def measured(work: Callable[..., object], prepare: Callable[[], object] | None = None) -> float:
    """Return the seconds of CPU time that *work* takes, the least of some tries.

    *work* gets what *prepare* returns, which is not measured.
    """
    cost = math.inf
    for _ in range(TRIES):
        prepared = [prepare()] if prepare else []
        started = time.process_time()
        work(*prepared)
        cost = min(cost, time.process_time() - started)
        if cost <= MOST:
            break
    return cost


def described(request: Request, status: int) -> str:
    """Return a request in one short line."""
    content: Any = request.get("data") or request.get("query_string", "")
    shown = repr(content[:60])
    return (
        f"{request['method']} {request['path']} {request.get('content_type', '')} {shown}: {status}"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]))
