"""The functions behind ``api.yml``."""

from http import HTTPStatus
from typing import Any

from backend_common.auth import User
from werkzeug.exceptions import BadRequest

from treestatus import trees
from treestatus.models import Change, Tree

Json = dict[str, Any]

RECENT = 5  # changes, unless all of them are asked for


def get_trees() -> Json:
    """Answer with all trees, by name."""
    return {"result": {tree.tree: _tree(tree) for tree in trees.every()}}


def get_tree(tree: str) -> Json:
    """Answer with one tree."""
    return {"result": _tree(trees.one(tree))}


def put_tree(tree: str, body: Json, user: User) -> tuple[Json, int]:
    """Make a tree."""
    if body.pop("tree", tree) != tree:
        raise BadRequest("The tree in the body is not the tree in the path.")
    defaults = {"reason": "", "tags": [], "message_of_the_day": ""}
    fields = {**defaults, **body}
    _check_closing(fields)
    return {"result": _tree(trees.make(tree, user.name, **fields))}, HTTPStatus.CREATED


def patch_trees(body: Json, user: User) -> tuple[None, int]:
    """Change some trees."""
    names = body.pop("trees")
    if "status" in body:
        body.setdefault("tags", [])
    _check_closing(body)
    trees.update(names, user.name, **body)
    return None, HTTPStatus.NO_CONTENT


def delete_tree(tree: str) -> tuple[None, int]:
    """Delete a tree, and its log."""
    trees.delete(tree)
    return None, HTTPStatus.NO_CONTENT


def get_logs(tree: str, all_: int) -> Json:
    """Answer with the changes of a tree, the latest first."""
    changes = trees.log(tree, limit=None if all_ else RECENT)
    return {"result": [_change(change) for change in changes]}


def _check_closing(fields: Json) -> None:
    if fields.get("status") == "closed" and not fields.get("reason"):
        raise BadRequest("Closing a tree needs a reason: say why it is closed.")


def _tree(tree: Tree) -> Json:
    return {
        "tree": tree.tree,
        "status": tree.status,
        "reason": tree.reason,
        "tags": tree.tags,
        "message_of_the_day": tree.message_of_the_day,
    }


def _change(change: Change) -> Json:
    return {
        "id": change.id,
        "tree": change.tree,
        "when": change.when.isoformat(),
        "who": change.who,
        "status": change.status,
        "reason": change.reason,
        "tags": change.tags,
    }
