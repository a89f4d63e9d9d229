from serving.progress import Progress


def test_a_window_without_progress_counts_from_its_begin() -> None:
    progress = Progress(100, 0, window=10, least=1)
    assert progress.stalled(105, 0) == 5
    assert progress.stalled(110, 0) == 10
    assert progress.stalled(131, 0) == 31


def test_a_window_with_progress_begins_anew() -> None:
    progress = Progress(100, 50, window=10, least=5)
    assert progress.stalled(110, 55) == 0
    assert progress.stalled(115, 55) == 5


def test_progress_that_is_too_small_does_not_count() -> None:
    progress = Progress(0, 0, window=10, least=5)
    totals = [progress.stalled(now, now // 10 * 4) for now in (10, 20, 30, 40)]
    assert totals == [10, 20, 30, 40]


def test_an_earlier_window_gives_no_credit() -> None:
    progress = Progress(0, 0, window=10, least=5)
    assert progress.stalled(10, 1_000_000) == 0
    assert progress.stalled(20, 1_000_000) == 10
    assert progress.stalled(40, 1_000_001) == 30
