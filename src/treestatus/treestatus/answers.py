"""What the API answers, as JSON."""

from typing import Any

from treestatus.models import Change, Entry
from treestatus.trees import State

Json = dict[str, Any]


def tree(state: State) -> Json:
    """Return a tree."""
    latest = state.latest
    return {
        "tree": state.tree.tree,
        "status": latest.status,
        "reason": latest.reason.text,
        "tags": latest.tags.tags,
        "message_of_the_day": state.tree.message.text,
        "who": latest.who,
        "when": latest.when.isoformat(),
        "log_id": latest.id,
    }


def entry(logged: Entry) -> Json:
    """Return an entry of a log."""
    return {
        "id": logged.id,
        "tree": logged.tree,
        "when": logged.when.isoformat(),
        "who": logged.who,
        "status": logged.status,
        "reason": logged.reason.text,
        "tags": logged.tags.tags,
    }


def change(pushed: Change, latest: dict[str, int]) -> Json:
    """Return a change on the stack.

    :param latest: the ids of the latest entries of its trees.
    """
    return {
        "id": pushed.id,
        "when": pushed.when.isoformat(),
        "who": pushed.who,
        "status": pushed.status,
        "reason": pushed.reason.text,
        "trees": [
            {
                "id": each.id,
                "tree": each.tree,
                "last_state": {
                    "status": each.before.status,
                    "reason": each.before.reason.text,
                    "tags": each.before.tags.tags,
                    "log_id": each.before_id,
                    "current_status": each.after.status,
                    "current_reason": each.after.reason.text,
                    "current_tags": each.after.tags.tags,
                    "current_log_id": each.after_id,
                },
                "changed_since": latest.get(each.tree) != each.after_id,
            }
            for each in pushed.trees
        ],
    }
