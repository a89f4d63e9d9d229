"""The routes of an application, none of which hides another."""

import re
from collections.abc import Collection
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.routing.rules import RuleFactory

from backend_common.core.startup import StartupError

_VARIABLE = re.compile(r"<(?:([^<>:]*):)?[^<>]*>")


class RouteError(StartupError):
    """A view would never be called, since another one has its path and method."""


class Rules(Map):
    """Flask's map of URLs, which refuses a rule that another one hides.

    Werkzeug calls the first of two views for one path and method, and never the second.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._endpoints: dict[tuple[object, ...], dict[str, str]] = {}
        super().__init__(*arguments, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        """Add the rules of *rulefactory*.

        :raises RouteError: a rule would be hidden.
        """
        if isinstance(rulefactory, Rule) and rulefactory.methods and not rulefactory.build_only:
            self._add(rulefactory, rulefactory.methods)
        super().add(rulefactory)

    def taken(self, path: str, methods: Collection[str]) -> str | None:
        """Return the endpoint that requests of one of *methods* to *path* have already, or None.

        :param path: a rule of Flask's; the names of its variables do not matter.
        """
        here = self._endpoints.get((_pattern(path), None, None), {})
        return next((here[method] for method in sorted(methods) if method in here), None)

    def _add(self, rule: Rule, methods: Collection[str]) -> None:
        here = self._endpoints.setdefault((_pattern(rule.rule), rule.subdomain, rule.host), {})
        # NB: Flask and Werkzeug add these two by themselves, for what has no view of its own.
        own = set(methods) - ({"HEAD"} if "GET" in methods else set())
        if getattr(rule, "provide_automatic_options", False):
            own.discard("OPTIONS")
        for method in sorted(own):
            if here.get(method, rule.endpoint) != rule.endpoint:
                raise RouteError(
                    f"the view {rule.endpoint!r} would never be called: {method} {rule.rule} is "
                    f"already the view {here[method]!r}; remove one of them, or change its path"
                )
        for method in methods:
            here.setdefault(method, str(rule.endpoint))


def _pattern(path: str) -> str:
    """Return *path* without the names of its variables."""
    return _VARIABLE.sub(lambda match: f"<{match[1] or ''}>", path)
