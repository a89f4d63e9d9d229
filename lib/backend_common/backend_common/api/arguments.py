"""Which argument of an operation's function gets what: only declared names become arguments."""

from collections.abc import Callable
from inspect import Parameter as Argument
from inspect import isasyncgenfunction, isgeneratorfunction, signature
from typing import Any

from connexion.decorators.parameter import pythonic, sanitized  # type: ignore[import-untyped]


class Arguments:
    """The arguments of one function, and what gives each of them its value.

    Attributes:
        name: The dotted name of the function.
        is_generator: Whether the function returns what comes in pieces.

    :raises ValueError: no view can call the function.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = ".".join(
            str(getattr(function, key, type(function).__name__))
            for key in ("__module__", "__qualname__")
        )
        call = type(function).__call__
        self.is_generator = isgeneratorfunction(function) or isgeneratorfunction(call)
        if isasyncgenfunction(function) or isasyncgenfunction(call):
            raise ValueError(
                f"{self.name} is an async generator, which cannot be served: "
                "return a list, or make it a plain function"
            )
        arguments = signature(function).parameters.values()
        self._any = any(each.kind is Argument.VAR_KEYWORD for each in arguments)
        self.named = {
            each.name: each.default is Argument.empty
            for each in arguments
            if each.kind in (Argument.POSITIONAL_OR_KEYWORD, Argument.KEYWORD_ONLY)
        }
        self._positional = [
            each.name for each in arguments if each.kind is Argument.POSITIONAL_ONLY
        ]
        self._sources: dict[str, list[tuple[str, str | None]]] = {}
        self._always: dict[str | None, set[str]] = {None: set()}

    def has(self, argument: str) -> bool:
        """Say whether the function names *argument*."""
        return argument in self.named

    def needs(self, argument: str) -> bool:
        """Say whether the function has *argument*, without a default."""
        return self.named.get(argument, False)

    def bind(
        self,
        name: str,
        source: str,
        *,
        always: bool,
        asked: bool = False,
        body: str | None = None,
    ) -> str | None:
        """Return the argument that the value called *name* becomes, or None for an unknown name.

        A function may write a name as the document does (``petId``) or in snake case (``pet_id``),
        with an underscore after a name of Python's own (``all_``). ``**kwargs`` gets it as the
        document writes it, without characters that no name of Python has.

        :param source: where the value comes from, for an error.
        :param always: whether every request has the value.
        :param asked: whether ``**kwargs`` does not ask for it.
        :param body: the media type of the body that has the value; None if it is no part of one.
        :raises ValueError: another value becomes the same argument.
        """
        argument = self._argument(name, asked=asked)
        self._always.setdefault(body, set())
        if argument is None:
            return None
        for other, place in self._sources.setdefault(argument, []):
            if place is None or body is None or place == body:
                raise ValueError(
                    f"{other} and {source} would both be the argument {argument!r} of "
                    f"{self.name}: rename one of them"
                )
        self._sources[argument].append((source, body))
        if always:
            self._always[body].add(argument)
        return argument

    def check(self) -> None:
        """Go on if every request that is valid gives the function all that it needs.

        :raises ValueError: a request may be valid without an argument that has no default.
        """
        given = self._always[None]
        bodies = [names for body, names in self._always.items() if body is not None]
        if bodies:
            given = given | set.intersection(*bodies)
        for name in self._positional:
            raise ValueError(
                f"the argument {name!r} of {self.name} is positional only: remove the slash"
            )
        for name, required in self.named.items():
            if required and name not in given:
                raise ValueError(
                    f"the argument {name!r} of {self.name} is not given in every request "
                    f"({self._reason(name)}): describe it as required, or give it a default"
                )

    def _argument(self, name: str, *, asked: bool) -> str | None:
        for candidate in (sanitized(name), pythonic(name)):
            if candidate in self.named:
                return str(candidate)
        return str(sanitized(name)) if self._any and not asked and sanitized(name) else None

    def _reason(self, name: str) -> str:
        sources = [source for source, _ in self._sources.get(name, [])]
        if sources:
            return f"{sources[0]} may be missing"
        return "nothing in the document has that name"
