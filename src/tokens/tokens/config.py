"""The settings of the service."""

from backend_common import settings

DAY = 24 * 60 * 60  # seconds


class Config(settings.Table):
    """How tokens are issued."""

    longest_life = settings.Whole(
        "TOKENS_LONGEST_LIFE",
        30 * DAY,
        unit="seconds",
        at_least=1,
        at_most=100 * 365 * DAY,
        text="The longest that a temporary token may live.",
    )
    personal_life = settings.Whole(
        "TOKENS_PERSONAL_LIFE",
        366 * DAY,
        unit="seconds",
        at_least=1,
        at_most=100 * 365 * DAY,
        text="The longest that a personal token may live.",
    )
    per_user = settings.Whole(
        "TOKENS_PER_USER",
        1000,
        unit="tokens",
        at_least=1,
        at_most=100_000,
        text="How many tokens that a user issued may be there at a time.",
    )
    list_lifetime = settings.Whole(
        "TOKENS_LIST_LIFETIME",
        60,
        unit="seconds",
        at_least=1,
        at_most=300,
        text="How long services may use a list of revoked tokens, and so how late they may know.",
    )
