from bench.process import Usage
from bench.rounds import paired


def test_actions_take_turns_and_medians_are_taken_one_by_one() -> None:
    turns: list[str] = []
    costs = iter([Usage(1, 9), Usage(0, 0), Usage(3, 1), Usage(0, 0), Usage(2, 5), Usage(0, 0)])

    def act(name: str) -> Usage:
        turns.append(name)
        return next(costs)

    usage = paired({"a": lambda _: act("a"), "b": lambda _: act("b")}, 3)
    assert turns == ["a", "b"] * 3
    assert usage == {"a": Usage(2, 5), "b": Usage(0, 0)}
