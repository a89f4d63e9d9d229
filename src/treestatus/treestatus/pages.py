"""The pages for people: all trees at a glance, the history of one, and forms to change them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from backend_common import App, current_app
from backend_common.auth import User
from flask import redirect, request, url_for
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.wrappers import Response

from treestatus import links, log, stack, trees
from treestatus.trees import Fields, State

UPDATE = "treestatus/trees/update"
REVERT = "treestatus/stack/revert"

STATUSES = ("closed", "approval required", "open")
"""In the order in which they are shown: what stops people comes first."""
SHOWN = 50
"""The entries of a page of a history."""
LONGEST = 1000
"""The characters of a reason; api.yml has the same bounds."""
TAGS = 20
LONGEST_TAG = 50


def init_app(app: App) -> None:
    """Serve the pages of *app*."""
    app.add_url_rule("/", view_func=index)
    app.add_url_rule("/history/<tree>", view_func=history)
    app.add_url_rule("/change", view_func=change, methods=["POST"])
    app.add_url_rule("/restore/<int:number>", view_func=restore, methods=["POST"])
    app.add_url_rule("/discard/<int:number>", view_func=discard, methods=["POST"])
    app.jinja_env.filters |= {"ago": ago, "linked": links.linked, "person": person, "slug": slug}


def index(error: str = "", status: int = HTTPStatus.OK) -> tuple[str, int]:
    """Show all trees, and to those who may, forms to change them.

    :param error: what was wrong with a form.
    """
    user = current_app.auth.authenticate()
    words = request.values.get("q", "").casefold().split()
    chosen = request.values.get("status", "") if request.method == "GET" else ""
    states = trees.every()
    counts = {each: sum(s.latest.status == each for s in states) for each in STATUSES}
    shown = [s for s in states if _matches(s, words) and chosen in ("", s.latest.status)]
    groups = [(each, [s for s in shown if s.latest.status == each]) for each in STATUSES]
    changes, _ = stack.page()
    latest = {s.tree.tree: s.latest.id for s in states}
    page = current_app.templates.render(
        "index.html",
        groups=[group for group in groups if group[1]],
        counts=counts,
        total=len(states),
        query=request.values.get("q", ""),
        chosen=chosen,
        changes=changes,
        latest=latest,
        error=error,
        form={name: request.form.get(name, "") for name in ("status", "reason", "tags")},
        selected=request.form.getlist("trees"),
        **_for(user),
    )
    return page, status


def history(tree: str) -> str:
    """Show the log of a tree, the latest entry first."""
    before = request.args.get("before", type=int)
    state = trees.one(tree)
    found = log.entries(tree, SHOWN + 1, before)
    return current_app.templates.render(
        "history.html",
        state=state,
        entries=found[:SHOWN],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        before=before,
        **_for(current_app.auth.authenticate()),
    )


def change() -> Any:
    """Change the trees that a form names, and remember the change."""
    return _do(UPDATE, _change)


def restore(number: int) -> Any:
    """Restore a change on the stack."""
    return _do(REVERT, lambda user: stack.restore(number, user.name))


def discard(number: int) -> Any:
    """Take a change off the stack."""
    return _do(REVERT, lambda _: stack.discard(number))


def _do(permission: str, action: Any) -> Response | tuple[str, int]:
    """Do what a form asks for; where that fails, show the page with the reason in words."""
    try:
        user = current_app.auth.require([permission])
        action(user)
        current_app.db.session.commit()
    except HTTPException as error:
        current_app.db.session.rollback()
        return index(error.description or error.name, error.code or HTTPStatus.BAD_REQUEST)
    return redirect(url_for("index"), HTTPStatus.SEE_OTHER)


def _change(user: User) -> None:
    names = request.form.getlist("trees")
    if not names:
        raise BadRequest("Select at least one tree to change.")
    fields = Fields(status=_status(), reason=_reason(), tags=_tags(), message=None)
    states = trees.lock_all(names)
    stack.push(states, trees.update(states, user.name, fields), user.name)


def _status() -> str:
    status = request.form.get("status", "")
    if status not in STATUSES:
        raise BadRequest("Choose what the trees become: open, closed, or approval required.")
    return status


def _reason() -> str:
    reason = request.form.get("reason", "").strip()
    if len(reason) > LONGEST or "\0" in reason:
        raise BadRequest(f"The reason is too long: it has at most {LONGEST} characters.")
    return reason


def _tags() -> list[str]:
    tags = [tag for part in request.form.get("tags", "").split(",") if (tag := part.strip())]
    if len(tags) > TAGS or any(len(tag) > LONGEST_TAG or "\0" in tag for tag in tags):
        raise BadRequest(f"There are at most {TAGS} tags of {LONGEST_TAG} characters each.")
    return tags


def _for(user: User | None) -> dict[str, Any]:
    """Return what every page needs to know about its reader."""
    return {
        "user": user,
        "can_log_in": "auth0" in current_app.loaded,
        "may_update": bool(user and user.has([UPDATE])),
        "may_revert": bool(user and user.has([REVERT])),
        "now": datetime.now(UTC),
    }


def _matches(state: State, words: Sequence[str]) -> bool:
    latest = state.latest
    text = " ".join(
        (state.tree.tree, latest.reason.text, state.tree.message.text, *latest.tags.tags)
    )
    return all(word in text.casefold() for word in words)


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in words: the largest unit alone."""
    seconds = max(timedelta(), now - then).total_seconds()
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number = int(seconds // length)
        if number:
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def person(name: str) -> str:
    """Return the part of a user's name that people know: what follows the issuer."""
    return name.rpartition("#")[2] or name


def slug(status: str) -> str:
    """Return a status as a name for style sheets."""
    return status.partition(" ")[0]
