"""Regular expressions as ECMA-262 has them, out of what people write.

OpenAPI means the regular expressions of ECMA-262, with its flag ``u``. What has no meaning there
gets the meaning that it has in Python's ``re``, since documents for connexion were written for it;
else it is refused, with what to write instead. Nothing gets a meaning of the engine's own, such as
``[a&&b]``, which is an intersection for some engines and three characters in ECMA-262.
"""

import re
import unicodedata
from collections.abc import Callable

_FLAGS = re.compile(r"\(\?([aiLmsux]+)\)")
_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}")
_NUMBER = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|U([0-9a-fA-F]{8}))"
)
_POSIX = re.compile(r"\[:\^?[a-z]+:\]")
_NO_FLAGS = {
    "L": "drop the flag L: text has no locale",
    "u": r"drop the flag u, and write \p{L} and \p{N} for letters and digits of all languages",
    "x": "drop the flag x, and with it the whitespace and the comments",
}
_SCOPED = re.compile(r"\(\?([aiLmsux]*)(?:-([ims]+))?:")
_NAMED = re.compile(r"\(\?P?<(?![=!])(\w+)>")
_LOOKS = re.compile(r"\(\?<?[=!]")
_PLAIN = re.compile(r"\((?!\?)")
_REFERS_BACK = "refers back to a group: write what the group may be once more, with |"
_NO_GROUPS = {
    "(?P=": _REFERS_BACK,
    "(?(": "has a condition, (?(…)…): write both cases with | between them",
    "(?>": "has a group that takes nothing back, (?>…): write (?:…)",
}
_DELIMITED = re.compile(r"/(\^|\(\?=).*/[a-z]*", re.DOTALL)
_PART = "a part"
_REPEATED = {
    "nothing": "write a backslash before it for the character",
    "a repetition": "write (?:…) around what is repeated; what takes nothing back (a++) has no "
    "equal",
    "what looks around": "leave the repetition out, or all of it",
}
_LAST = 0x10FFFF


class _Reader:
    """Reads one pattern from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.flags = ""
        self._made: list[str] = []
        self._open: list[str] = []  # what a repetition of each group would be of
        self._multiline = False
        self._of = "nothing"  # what a repetition here would be of

    def read(self) -> str:
        while match := _FLAGS.match(self.text, self.place):
            self.flags += self._known(match[1])
            self.place = match.end()
        while self.place < len(self.text):
            self._next()
        if self._open:
            raise ValueError(r"has a ( without a ): write \( for the character")
        return "".join(self._made)

    def _next(self) -> None:
        character = self.text[self.place]
        readers: dict[str, Callable[[], None]] = {
            "\\": self._escape,
            "[": self._class,
            "(": self._group,
            ")": self._close,
            "{": self._count,
        }
        if reader := readers.get(character):
            reader()
        elif character in "*+?":
            self._repeat(character, 1)
        elif character in "^|":
            self._take(1, of="nothing")
        elif character in "]}":
            self._take(1, "\\" + character)
        else:
            if 0xD800 <= ord(character) <= 0xDFFF:
                raise ValueError("has half of a surrogate pair: write the whole character")
            self._take(1)

    def _take(self, length: int, text: str | None = None, *, of: str = _PART) -> None:
        """Go on by *length*; what was there becomes *text*, or stays."""
        end = self.place + length
        self._made.append(self.text[self.place : end] if text is None else text)
        self.place = end
        self._of = of

    def _repeat(self, text: str, length: int) -> None:
        if self._of != _PART:
            raise ValueError(f"repeats {self._of} with {text}: {_REPEATED[self._of]}")
        self._take(length, text, of="a repetition")
        if self.text.startswith("?", self.place):
            self._take(1, of="a repetition")

    def _count(self) -> None:
        match = _COUNTED.match(self.text, self.place)
        least, comma, most = match.groups() if match else ("", "", "")
        if match is None or not (least or most):
            self._take(1, r"\{")
        elif least and most and int(least) > int(most):
            raise ValueError(f"has the count {match[0]}, which ends before it begins: swap the two")
        else:
            self._repeat(f"{{{least or 0}{comma}{most}}}", len(match[0]))

    def _group(self) -> None:
        rest = self.text[self.place :]
        if rest.startswith("(?#"):
            end = rest.find(")")
            if end < 0:
                raise ValueError("has a comment without an end: remove it")
            self.place += end + 1
            return
        for kind, made, of in (
            (_SCOPED, self._scoped, _PART),
            (_NAMED, lambda match: f"(?<{match[1]}>", _PART),
            (_LOOKS, lambda match: match[0], "what looks around"),
            (_PLAIN, lambda match: match[0], _PART),
        ):
            if match := kind.match(rest):
                self._open.append(of)
                self._take(match.end(), made(match), of="nothing")
                return
        for beginning, reason in _NO_GROUPS.items():
            if rest.startswith(beginning):
                raise ValueError(reason)
        if _FLAGS.match(rest):
            raise ValueError("has flags in the middle: write them first, or as (?i:…) where needed")
        raise ValueError(f"has an unknown kind of group, {rest[:4]}: write (?:…)")

    def _scoped(self, match: re.Match[str]) -> str:
        return f"(?{self._known(match[1])}{f'-{match[2]}' if match[2] else ''}:"

    def _known(self, flags: str) -> str:
        """Return *flags* without the one that says what ECMA-262 always means."""
        for flag in flags:
            if flag in _NO_FLAGS:
                raise ValueError(f"has the flag {flag}: {_NO_FLAGS[flag]}")
        self._multiline = self._multiline or "m" in flags
        return "".join(dict.fromkeys(flag for flag in flags if flag != "a"))

    def _close(self) -> None:
        if not self._open:
            raise ValueError(r"has a ) without a (: write \) for the character")
        self._take(1, of=self._open.pop())

    def _escape(self) -> None:
        letter = self.text[self.place + 1 : self.place + 2]
        if letter in ("A", "Z", "z"):
            # NB: in ECMA-262, ^ and $ are the ends of the text, unless the flag m is there.
            anchor = "^" if letter == "A" else "$"
            self._take(2, f"(?-m:{anchor})" if self._multiline else anchor, of="nothing")
        elif letter in ("b", "B"):
            self._take(2, of="nothing")
        else:
            text, end = self._character_or_set()
            self._take(end - self.place, text)

    def _character_or_set(self) -> tuple[str, int]:
        """Return what stands for the escape here, and where it ends."""
        for kind, made in _ESCAPES:
            if match := kind.match(self.text, self.place):
                return made(match), match.end()
        raise ValueError(r"ends with \: write \\ for the character")

    def _class(self) -> None:
        """Read a class of characters, [...]."""
        text, start = self.text, self.place
        made = ["[^" if text.startswith("[^", start) else "["]
        self.place += len(made[0])
        if text.startswith("]", self.place):
            raise ValueError(
                f"begins a class with ]: write {made[0]}\\] for the character, or [\\s\\S] for any"
            )
        while not text.startswith("]", self.place):
            begin = self.place
            first, first_code = self._member()
            if not self._is_range():
                made.append(first)
                continue
            self.place += 1
            last, last_code = self._member()
            if first_code is None or last_code is None:
                made += [first, r"\-", last]  # [\w-.]: what is no character begins no range
            elif first_code > last_code:
                raise ValueError(
                    f"has the range {text[begin : self.place]}, which ends before it begins: write "
                    r"\- for the character"
                )
            else:
                made += [first, "-", last]
        self.place += 1
        self._made += [*made, "]"]
        self._of = _PART

    def _is_range(self) -> bool:
        following = self.text[self.place : self.place + 2]
        return following.startswith("-") and following not in ("-", "-]")

    def _member(self) -> tuple[str, int | None]:
        """Return one part of a class, with the number of the character if it is one."""
        character = self.text[self.place : self.place + 1]
        if not character:
            raise ValueError(r"has a [ without a ]: write \[ for the character")
        if match := _POSIX.match(self.text, self.place):
            raise ValueError(f"has the class {match[0]}: write its characters, such as a-zA-Z")
        if character != "\\":
            self.place += 1
            if 0xD800 <= ord(character) <= 0xDFFF:
                raise ValueError("has half of a surrogate pair: write the whole character")
            return self._plain(character), ord(character)
        if self.text.startswith(r"\b", self.place):
            self.place += 2
            return _code(8), 8
        made, end = self._character_or_set()
        letter = self.text[self.place + 1]
        self.place = end
        if letter in "dDwWsSpP":
            return made, None
        return made, _number(made)

    def _plain(self, character: str) -> str:
        """Return a character of a class as the engine takes it for nothing else."""
        if character in "&~[":  # two of which, and a [ inside, mean more to the engine
            return _code(ord(character))
        is_last = self.text.startswith("]", self.place)
        return r"\-" if character == "-" and not is_last else character


def read(pattern: str) -> tuple[str, str]:
    r"""Return *pattern* as in ECMA-262, and the flags of all of it, such as ``i``.

    Groups that look around stay. Python's ``\A`` and ``\Z`` become ``^`` and ``$``, ``(?P<name>…)``
    becomes ``(?<name>…)``, ``{,3}`` becomes ``{0,3}``; comments are left out.

    :raises ValueError: it is no regular expression, or says what ECMA-262 does not have. The error
        goes on after "the pattern …", and says what to write.
    """
    if _DELIMITED.fullmatch(pattern):
        raise ValueError("is between slashes, which are characters here: leave them out")
    reader = _Reader(pattern)
    return reader.read(), reader.flags


def _code(number: int) -> str:
    return f"\\u{{{number:x}}}"


def _number(text: str) -> int:
    """Return the number of the character that *text* stands for."""
    if match := _NUMBER.fullmatch(text):
        return int(next(each for each in match.groups() if each), 16)
    known = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
    return known.get(text[1], ord(text[1]))


def _same(match: re.Match[str]) -> str:
    return match[0]


def _pair(match: re.Match[str]) -> str:
    high, low = int(match[1], 16), int(match[2], 16)
    return _code(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _numbered(match: re.Match[str]) -> str:
    number = _number(match[0])
    if 0xD800 <= number <= 0xDFFF:
        raise ValueError(r"has half of a surrogate pair: write the whole as \u{…}")
    if number > _LAST:
        raise ValueError(f"has {match[0]}, which is no character: the last is \\u{{10ffff}}")
    return _code(number) if match[4] else match[0]


def _named(match: re.Match[str]) -> str:
    try:
        return _code(ord(unicodedata.lookup(match[1])))
    except KeyError as error:
        raise ValueError(f"has {match[0]}, which is no character: write it itself") from error


def _refused(match: re.Match[str]) -> str:
    if match[0][1].isdigit() or match[0][1] == "k":
        raise ValueError(_REFERS_BACK)
    raise ValueError(f"has an unknown escape, {match[0]}: write the character itself")


_ESCAPES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(r"\\[dDwWsStnrvf]"), _same),
    (re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"), _pair),
    (_NUMBER, _numbered),
    (re.compile(r"\\(0[0-7]{0,2}|[1-3][0-7]{2})"), lambda match: _code(int(match[1], 8))),
    (re.compile(r"\\[pP]\{[A-Za-z0-9_=]+\}"), _same),
    (re.compile(r"\\([pP])([A-Z])"), lambda match: f"\\{match[1]}{{{match[2]}}}"),
    (re.compile(r"\\c([A-Za-z])"), lambda match: _code(ord(match[1]) % 32)),
    (re.compile(r"\\N\{([^}]+)\}"), _named),
    (re.compile(r"\\a"), lambda _: _code(7)),
    (re.compile(r"\\[^\W_]"), _refused),
    (re.compile(r"\\.", re.DOTALL), _same),
]
