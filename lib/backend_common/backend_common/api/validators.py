"""connexion's validators, with short errors that say where, and strict about JSON."""

import json
from collections.abc import AsyncIterator
from typing import Any

from connexion.datastructures import MediaTypeDict  # type: ignore[import-untyped]
from connexion.exceptions import (  # type: ignore[import-untyped]
    BadRequestProblem,
    UnsupportedMediaTypeProblem,
)
from connexion.utils import is_null, is_nullable  # type: ignore[import-untyped]
from connexion.validators import (  # type: ignore[import-untyped]
    VALIDATOR_MAP,
    JSONRequestBodyValidator,
    ParameterValidator,
)
from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from backend_common.api.problems import shorten

LONGEST_MESSAGE = 200  # characters


class JsonValidator(JSONRequestBodyValidator):  # type: ignore[misc]
    """Validates a JSON body; what it lets pass, every JSON reader and UTF-8 encoder takes."""

    async def _parse(self, stream: AsyncIterator[bytes], scope: Any) -> Any:  # noqa: ARG002
        if self._encoding.strip('"').lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaTypeProblem("JSON must be in UTF-8 (RFC 8259, section 8.1)")
        body = b"".join([chunk async for chunk in stream])
        if not body:
            return None
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_refuse)
            if b"\\u" in body:  # a lone surrogate would fail later, where the text is written
                json.dumps(value, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise BadRequestProblem(f"The body is not JSON in UTF-8: {_reason(error)}") from error
        return value

    def _validate(self, body: Any) -> None:
        if body is None and not self._nullable:
            raise BadRequestProblem("The body is missing")
        try:
            self._validator.validate(body)
        except ValidationError as error:
            place = error.json_path.replace("$", "body", 1)
            raise BadRequestProblem(
                f"{place}: {shorten(error.message, LONGEST_MESSAGE)}"
            ) from error


class ShortParameterValidator(ParameterValidator):  # type: ignore[misc]
    """Validates a parameter; an error has one line, not the whole schema."""

    @staticmethod
    def validate_parameter(
        parameter_type: str, value: Any, param: dict[str, Any], param_name: str | None = None
    ) -> str | None:
        """Return what is wrong with *value*, or None."""
        name = param_name or param["name"]
        if is_nullable(param) and is_null(value):
            return None
        if value is None:
            return f"Missing {parameter_type} parameter {name!r}" if param.get("required") else None
        schema = param.get("schema", param)
        validator = Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
        error = next(validator.iter_errors(value), None)
        if error is None:
            return None
        return f"{parameter_type} parameter {name!r}: {shorten(error.message, LONGEST_MESSAGE)}"


# NB: connexion skips the validation of bodies, silently, if "body" is a plain dict.
VALIDATORS = {
    "parameter": ShortParameterValidator,
    "body": MediaTypeDict({**VALIDATOR_MAP["body"], "*/*json": JsonValidator}),
}


def _refuse(constant: str) -> Any:
    message = f"{constant} is not a JSON number"
    raise ValueError(message)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeError):
        return "it has bytes or escapes that are no Unicode text"
    return str(error)
