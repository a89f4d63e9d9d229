"""Sends the bodies that cost most to operations of many documents, and measures CPU time.

The documents are those of the services, of the benchmarks and of the other campaigns, and one with
schemas that are hostile on purpose. Each schema gets bodies of the largest size that is allowed:
at each place in it too many parts, too long text, too much nesting, right or wrong. The extension
`api` answers in the process that measures; the functions behind the operations do nothing. The
texts are what clients can have logged: the search for secrets in them takes CPU time, too.
"""

from ..campaign import Campaign

CAMPAIGN = Campaign(
    tried="requests and texts",
    mark={"over 0.25 s of CPU time": 0, "failed": 0},
    servers=[],
)
