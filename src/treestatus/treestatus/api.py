"""The functions behind ``api.yml``."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from backend_common import current_app
from backend_common.auth import User
from flask import request
from werkzeug.exceptions import BadRequest, PreconditionFailed

from treestatus import answers, conditional, log, stack, trees
from treestatus.conditional import Answer
from treestatus.trees import Fields

Json = dict[str, Any]
Done = tuple[None, int]

DONE: Done = (None, HTTPStatus.NO_CONTENT)
RECENT = 5
"""The entries of a log that are shown unless all of them are asked for."""
PAGE = 200
"""The most entries of a log in one answer."""


def get_trees() -> Answer:
    """Answer with all trees, by name."""
    return conditional.answer(_trees())


def get_trees2() -> Answer:
    """Answer with all trees, as a list."""
    return conditional.answer({"result": list(_trees()["result"].values())})


def v0_get_trees() -> Answer:
    """Answer with all trees, by name, as the first version of this service did."""
    return conditional.answer(_trees()["result"])


def get_tree(tree: str) -> Answer:
    """Answer with one tree."""
    return conditional.answer(_tree(trees.one(tree)))


def v0_get_tree(tree: str) -> Answer:
    """Answer with one tree, as the first version of this service did."""
    return conditional.answer(_tree(trees.one(tree))["result"])


def put_tree(tree: str, body: Json, user: User) -> tuple[Json, int]:
    """Make a tree."""
    if body.pop("tree", tree) != tree:
        raise BadRequest("The tree in the body is not the tree in the path.")
    if request.if_match:
        raise PreconditionFailed(
            "PUT makes a tree, so that If-Match has nothing to match: leave it out."
        )
    made = _tree(trees.make(tree, user.name, _fields(body)))
    current_app.db.session.commit()
    return made, HTTPStatus.CREATED


def patch_trees(body: Json, user: User) -> Done:
    """Change some trees."""
    remember = body.pop("remember", False)
    names = body.pop("trees")
    if remember and not {"status", "reason", "tags"} <= body.keys():
        raise BadRequest("A change that is remembered needs a status, a reason and tags.")
    fields = _fields(body)
    states = trees.lock_all(names)
    if request.if_match:
        conditional.check(_trees())
    entries = trees.update(states, user.name, fields)
    if remember:
        stack.push(states, entries, user.name)
    current_app.db.session.commit()
    return DONE


def delete_tree(tree: str) -> Done:
    """Delete a tree, and its log."""
    (state,) = trees.lock_all([tree])
    conditional.check(_tree(state))
    return _delete([tree])


def delete_trees2(body: Json) -> Done:
    """Delete some trees, and their logs."""
    return _delete(body["trees"])


def get_logs(tree: str, all_: int, before: int | None = None) -> Answer:
    """Answer with entries of the log of a tree, the latest first."""
    limit = PAGE if all_ else RECENT
    found = log.entries(tree, limit + 1, before)
    entries, rest = found[:limit], found[limit:]
    return _page([answers.entry(each) for each in entries], bool(rest), {"all": str(all_)})


def patch_log(id_: int, body: Json) -> Done:
    """Correct an entry of a log."""
    log.correct(id_, body.get("reason"), body.get("tags"))
    current_app.db.session.commit()
    return DONE


def get_stack(before: int | None = None) -> Answer:
    """Answer with the changes that can be restored, the latest first."""
    changes, is_more = stack.page(before)
    latest = log.latest_ids([each.tree for change in changes for each in change.trees])
    return _page([answers.change(change, latest) for change in changes], is_more, {})


def patch_stack(id_: int, body: Json) -> Done:
    """Correct a change on the stack."""
    stack.correct(id_, body.get("reason"), body.get("tags"))
    current_app.db.session.commit()
    return DONE


def delete_stack(id_: int, user: User, revert: int = 0) -> Done:
    """Take a change off the stack, and restore the trees if *revert* is 1."""
    return restore(id_, user) if revert else discard(id_)


def restore(id_: int, user: User) -> Done:
    """Make trees what they were before a change."""
    stack.restore(id_, user.name)
    current_app.db.session.commit()
    return DONE


def discard(id_: int) -> Done:
    """Take a change off the stack."""
    stack.discard(id_)
    current_app.db.session.commit()
    return DONE


stack2_restore = restore
stack2_discard = discard


def _delete(names: Sequence[str]) -> Done:
    trees.delete(names)
    current_app.db.session.commit()
    return DONE


def _fields(body: Json) -> Fields:
    return Fields(
        status=body.get("status"),
        reason=body.get("reason"),
        tags=body.get("tags"),
        message=body.get("message_of_the_day"),
    )


def _tree(state: trees.State) -> Json:
    return {"result": answers.tree(state)}


def _trees() -> Json:
    return {"result": {state.tree.tree: answers.tree(state) for state in trees.every()}}


def _page(items: list[Json], is_more: bool, query: dict[str, str]) -> Answer:
    """Answer with a page, and with a link to the next one (RFC 8288) if *is_more*."""
    headers = {}
    if is_more:
        parameters = "&".join(
            f"{name}={value}" for name, value in {**query, "before": items[-1]["id"]}.items()
        )
        headers["Link"] = f'<{request.path}?{parameters}>; rel="next"'
    return conditional.answer({"result": items}, headers)
