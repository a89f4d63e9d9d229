from bench.process import Usage
from bench.rounds import paired


def test_actions_take_turns_and_medians_are_taken_one_by_one() -> None:
    turns: list[str] = []
    costs = {"a": iter([Usage(1, 9), Usage(3, 1), Usage(2, 5)]), "b": iter([Usage(0, 0)] * 3)}

    def act(name: str) -> Usage:
        turns.append(name)
        return next(costs[name])

    usage = paired({"a": lambda _: act("a"), "b": lambda _: act("b")}, 3)
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert usage == {"a": Usage(2, 5), "b": Usage(0, 0)}
