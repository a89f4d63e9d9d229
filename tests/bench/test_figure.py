from bench.figure import Figure, compare
from bench.process import Usage


def test_a_limit_is_one_of_the_ratio_where_there_is_something_to_compare_with() -> None:
    assert Figure("build", 5, "s", "bare", 2, limit=2.5).met
    assert not Figure("build", 5.1, "s", "bare", 2, limit=2.5).met
    assert Figure("build", 5, "s", "bare", 2).ratio == 2.5


def test_a_limit_is_one_of_the_figure_where_there_is_nothing() -> None:
    assert Figure("closure", 100, "MB", limit=100).met
    assert not Figure("closure", 101, "MB", limit=100).met
    assert Figure("closure", 100, "MB").met is None
    assert Figure("closure", 100, "MB").ratio is None


def test_a_comparison_is_a_figure_of_cpu_and_one_of_wall_time() -> None:
    cpu, wall = compare("build", Usage(1, 2), "pip", Usage(3, 4), wall=1)
    assert (cpu.ours, cpu.theirs, cpu.limit) == (1, 3, None)
    assert (wall.ours, wall.theirs, wall.limit) == (2, 4, 1)


def test_more_is_better_where_the_goal_is_the_least() -> None:
    assert Figure("requests", 6, "/s", "bare", 10, least=0.6).met
    assert not Figure("requests", 5, "/s", "bare", 10, least=0.6).met
    assert Figure("requests", 6, "/s", least=6).met
