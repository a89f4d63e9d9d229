"""Flask-Caching, whose decorators keep nothing that is not for everybody."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import flask_caching

from backend_common.cache import arguments
from backend_common.cache.pages import PATH, Page
from backend_common.cache.values import CacheError, Serializer
from backend_common.core.app import Application

Timeout = int | timedelta | None


class Cache(flask_caching.Cache):
    """The cache of one application.

    :param serializer: writes the values.
    """

    app: Application

    def __init__(self, serializer: Serializer) -> None:
        super().__init__(with_jinja2_ext=False)
        self._serializer = serializer

    def set(self, key: str, value: Any, timeout: Timeout = None) -> bool | None:
        """Keep *value*; return whether that was possible.

        :param timeout: the seconds that it is kept, by default ``CACHE_LIFETIME``; 0 is for ever.
        :raises CacheError: the value cannot be written.
        :raises ValueError: *timeout* is negative.
        """
        return super().set(key, value, timeout=_checked(timeout))

    def add(self, key: str, value: Any, timeout: Timeout = None) -> bool:
        """Keep *value* if *key* has none yet; return whether it is kept.

        The arguments and errors are those of :meth:`set`.
        """
        return super().add(key, value, timeout=_checked(timeout))

    def set_many(self, mapping: Mapping[str, Any], timeout: Timeout = None) -> list[Any]:
        """Keep the values of *mapping*; return the keys of those that are kept.

        The other arguments and the errors are those of :meth:`set`.
        """
        return super().set_many(mapping, timeout=_checked(timeout))

    def cached(  # type: ignore[override]
        self,
        timeout: Timeout = None,
        key_prefix: str | Callable[[], str] = f"view/{PATH}",
        unless: Callable[..., Any] | None = None,
        response_filter: Callable[..., Any] | None = None,
        make_cache_key: Callable[..., Any] | None = None,
        *,
        query_string: bool = True,
        vary: Collection[str] = (),
        public: bool = False,
        **options: Any,
    ) -> Callable[[Callable[..., Any]], Any]:
        """Decorate a view, whose pages are kept, or a function that takes no arguments.

        A page answers GET and HEAD, at the same URL. It is kept if its status is 200, 203, 204,
        300, 301 or 308, and it sets no cookie. Requests with cookies or credentials are not
        answered by it, nor is their page kept. A page with a nonce is never kept.

        :param timeout: the seconds that it is kept, by default ``CACHE_LIFETIME``.
        :param key_prefix: the key, in which ``%s`` is the path, or a function that returns it.
        :param unless: returns True for a call that has nothing to do with the cache.
        :param response_filter: returns whether to keep what the function returned.
        :param make_cache_key: returns the key of a call.
        :param query_string: whether the page depends on the query.
        :param vary: the names of request headers that the page depends on: ``["Cookie"]``.
        :param public: the page is the same for everybody, also where a request has cookies or
            credentials.
        :param options: those of Flask-Caching.
        :raises CacheError: outside of production, where a page cannot be written: it is too large,
            or streamed. Production logs the error, and answers.
        """
        page = Page(key_prefix, vary=vary, public=public, query=query_string)

        def bypass(function: Callable[..., Any], *given: Any, **named: Any) -> bool:
            return page.bypasses() or self._bypass_cache(unless, function, *given, **named)

        def keep(value: Any) -> bool:
            if response_filter is not None and not response_filter(value):
                return False
            return page.keeps(value) and self._can_write(value)

        def decorate(function: Callable[..., Any]) -> Any:
            decorated = super(Cache, self).cached(
                timeout=_checked(timeout),
                key_prefix=key_prefix,
                unless=bypass,
                response_filter=keep,
                make_cache_key=make_cache_key,
                **options,
            )(function)
            page.function = decorated
            if page.has_path and make_cache_key is None:
                decorated.make_cache_key = page.key
            return decorated

        return decorate

    def memoize(  # type: ignore[override]
        self,
        timeout: Timeout = None,
        unless: Callable[..., Any] | None = None,
        response_filter: Callable[..., Any] | None = None,
        args_to_ignore: Collection[str] = (),
        **options: Any,
    ) -> Callable[[Callable[..., Any]], Any]:
        """Decorate a function, whose results are kept by its arguments.

        The arguments must be plain values, or containers of them, or have ``__caching_id__``.

        :param timeout: the seconds that a result is kept, by default ``CACHE_LIFETIME``.
        :param unless: returns True for a call that has nothing to do with the cache.
        :param response_filter: returns whether to keep a result.
        :param args_to_ignore: names of arguments that make no difference.
        :param options: those of Flask-Caching.
        :raises TypeError: where the function is called with an argument that no key can have.
        :raises CacheError: as for :meth:`cached`.
        """

        def bypass(function: Callable[..., Any], *given: Any, **named: Any) -> bool:
            # NB: Flask-Caching makes the key later, where it takes an error for one of the cache.
            arguments.written(function, given, named, args_to_ignore)
            return self._bypass_cache(unless, function, *given, **named)

        def keep(value: Any) -> bool:
            if response_filter is not None and not response_filter(value):
                return False
            return self._can_write(value)

        def decorate(function: Callable[..., Any]) -> Any:
            return super(Cache, self).memoize(
                timeout=_checked(timeout),
                unless=bypass,
                response_filter=keep,
                args_to_ignore=list(args_to_ignore),
                **options,
            )(function)

        return decorate

    def _memoize_kwargs_to_args(
        self, f: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> tuple[str, str]:
        """Return what Flask-Caching writes into the key of a call, in place of its own."""
        ignored = kwargs.pop("args_to_ignore", None) or ()
        return arguments.written(f, args, kwargs, ignored), ""

    def _can_write(self, value: Any) -> bool:
        """Say whether *value* can be written, which outside of production is an error."""
        try:
            self._serializer.dumps(value)
        except CacheError as error:
            if not self.app.in_production:
                raise
            self.app.logger.error("cache: %s", error)
            return False
        return True


def _checked(timeout: Timeout) -> Timeout:
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    is_number = isinstance(timeout, timedelta) or type(timeout) is int
    if seconds is not None and not (is_number and seconds >= 0):
        message = f"a value cannot be kept for {timeout!r} seconds; give a whole number, 0 or more"
        raise ValueError(message)
    return timeout
