"""What connexion's tests make of their applications, written down while they do."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import connexion  # type: ignore[import-untyped]
from connexion.apps.abstract import AbstractApp  # type: ignore[import-untyped]


@dataclass
class Recorded:
    """The calls that made one application of connexion.

    Attributes:
        options: The arguments of the application by name, without those that are None.
        apis: The arguments of each `add_api`, alike.
        middlewares: The class and the options of each `add_middleware`.
        rules: The arguments of each `add_url_rule`.
        error_handlers: The first argument of each `add_error_handler`.
    """

    options: dict[str, Any] = field(default_factory=dict)
    apis: list[dict[str, Any]] = field(default_factory=list)
    middlewares: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    error_handlers: list[Any] = field(default_factory=list)


class Recorder:
    """Writes down the calls of all applications that are made from now on."""

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[AbstractApp, Recorded] = WeakKeyDictionary()
        self._watch(AbstractApp, "__init__", lambda made, given: made.options.update(given))
        self._watch(AbstractApp, "add_api", lambda made, given: made.apis.append(given))
        self._watch(AbstractApp, "add_middleware", _add_middleware)
        for kind in (connexion.FlaskApp, connexion.AsyncApp):
            self._watch(kind, "add_url_rule", lambda made, given: made.rules.append(given))
            self._watch(
                kind,
                "add_error_handler",
                lambda made, given: made.error_handlers.append(given["code_or_exception"]),
            )

    def __getitem__(self, app: AbstractApp) -> Recorded:
        """Return the calls that made *app*."""
        return self._found[app]

    def _watch(
        self, kind: Any, name: str, note: Callable[[Recorded, dict[str, Any]], object]
    ) -> None:
        method = getattr(kind, name)
        signature = inspect.signature(method)

        def watched(app: AbstractApp, *arguments: Any, **options: Any) -> Any:
            given = signature.bind(app, *arguments, **options).arguments
            given.update(given.pop("kwargs", {}), **given.pop("options", {}))
            note(
                self._found.setdefault(app, Recorded()),
                {key: value for key, value in given.items() if key != "self" and value is not None},
            )
            return method(app, *arguments, **options)

        setattr(kind, name, watched)


def _add_middleware(made: Recorded, given: dict[str, Any]) -> None:
    kind = given.pop("middleware_class")
    given.pop("position", None)
    made.middlewares.append((kind, given))
