"""Links in texts that people write: addresses, and numbers of bugs."""

import re

from markupsafe import Markup, escape

BUGS = "https://bugzilla.mozilla.org/show_bug.cgi?id="

# An address ends before the punctuation of the sentence that it is in.
_LINK = re.compile(r"(?P<url>https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]])|\b[Bb]ug (?P<bug>\d{1,9})\b")


def linked(text: str) -> Markup:
    """Return *text* as HTML, escaped, with links where it has addresses (``https://…``, ``bug 1``).

    Only these two become links, so that no text leads anywhere but to a web page.
    """
    parts: list[Markup] = []
    end = 0
    for found in _LINK.finditer(text):
        url = found["url"] or BUGS + found["bug"]
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, found[0]))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup().join(parts)
