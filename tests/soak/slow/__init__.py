"""Holds slow connections of each kind to a service, all at once, and watches the others.

The clients are silent, send headers or a body a byte at a time, or do not read answers of 50 MB:
new pieces, one object, or a file, one after the other. One worker serves, as in production.
"""

from ..campaign import Campaign

CAMPAIGN = Campaign(
    tried="slow connections",
    mark={
        "not ended by a deadline": 0,
        "answers to others that failed": 0,
        "answers to others that took more than a second": 0,
        "KiB of memory above 64 for each": 0,
    },
    servers=[],
)
