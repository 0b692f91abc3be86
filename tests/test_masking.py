"""Small cells: no hidden count of people can be recomputed from what is shown."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from facilitator.masking import Shown, hide, hide_counts

THRESHOLD = 5
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.just(0), st.integers(0, 30)), min_size=width, max_size=width),
        min_size=1,
        max_size=6,
    )
)


def summed(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def swaps(rows: Sequence[Sequence[int]], shown: Shown) -> set[tuple[int, int]]:
    """Hidden cells that take another value in a table with the same shown cells and the same sums.

    Moving one person between two categories of one masked row, and back in another masked row, changes no sum;
    when totals are masked, moving in one row is enough.
    """
    free: set[tuple[int, int]] = set()
    hidden = [index for index, visible in enumerate(shown.rows) if not visible]
    columns = [each for each in range(len(rows[0])) if not (shown.empty[each] and shown.safe)]
    for one in hidden:
        for left in columns:
            for right in columns:
                if left == right or not rows[one][left]:
                    continue
                if not (shown.totals[left] or shown.totals[right]):
                    free |= {(one, left), (one, right)}
                for other in hidden:
                    if other != one and rows[other][right]:
                        free |= {(one, left), (one, right), (other, left), (other, right)}
    return free


def test_the_search_for_another_value_can_fail() -> None:
    """One masked row alone is given back by the totals."""
    alone = Shown(rows=(False, True), totals=(True, True), empty=(False, False), safe=True)
    assert not swaps([[3, 6], [9, 8]], alone)


@settings(max_examples=600, deadline=None)
@given(tables)
def test_a_hidden_cell_always_has_another_possible_value(rows: list[list[int]]) -> None:
    shown = hide(rows, summed(rows), THRESHOLD)
    free = swaps(rows, shown)
    for index, row in enumerate(rows):
        for column, cell in enumerate(shown.row(index, row)):
            if cell is None and any(row):
                assert (index, column) in free, (rows, shown)


@settings(max_examples=300, deadline=None)
@given(tables)
def test_no_small_count_is_shown(rows: list[list[int]]) -> None:
    shown = hide(rows, summed(rows), THRESHOLD)
    readable = [shown.total(summed(rows)), *(shown.row(index, row) for index, row in enumerate(rows))]
    assert not [cell for cells in readable for cell in cells if cell is not None and 0 < cell < THRESHOLD]


@settings(max_examples=300, deadline=None)
@given(tables)
def test_what_is_shown_is_what_was_counted(rows: list[list[int]]) -> None:
    shown = hide(rows, summed(rows), THRESHOLD)
    for index, row in enumerate(rows):
        assert all(cell in (None, true) for cell, true in zip(shown.row(index, row), row, strict=True))


def test_a_small_lot_takes_a_second_one_with_it() -> None:
    rows = [[3, 6], [9, 8], [20, 20]]
    shown = hide(rows, summed(rows), THRESHOLD)
    assert shown.rows == (False, False, True)
    assert shown.totals == (True, True)


def test_a_single_lot_masks_the_totals_too() -> None:
    shown = hide([[3, 12]], [3, 12], THRESHOLD)
    assert shown.rows == (False,)
    assert shown.total([3, 12]) == (None, None)


def test_the_same_people_on_two_lots_do_not_tell_each_other() -> None:
    # Everybody of the totals works on the second lot: its row is the totals.
    shown = hide([[4, 8], [6, 12]], [6, 12], THRESHOLD)
    assert shown.rows == (False, False)
    assert shown.totals == (False, False)


def test_enough_people_everywhere_hides_nothing() -> None:
    rows = [[5, 6], [0, 9]]
    shown = hide(rows, summed(rows), THRESHOLD)
    assert all(shown.rows) and all(shown.totals) and shown.safe


counts = st.dictionaries(
    st.sampled_from("abcdefgh"), st.one_of(st.just(0), st.integers(0, 20)), min_size=8, max_size=8
)
GROUPS = (("a",), ("b",), ("c", "d", "e"), ("f", "g", "h"))


@settings(max_examples=500, deadline=None)
@given(counts)
def test_in_a_list_a_masked_count_never_stands_alone(known: dict[str, int]) -> None:
    shown = hide_counts(known, GROUPS, THRESHOLD)
    assert all(shown[each] in (None, count) for each, count in known.items())
    assert not [count for count in shown.values() if count is not None and 0 < count < THRESHOLD]
    hidden = {each for each, count in shown.items() if count is None}
    assert len(hidden) != 1
    for group in GROUPS:
        inside = hidden & set(group)
        # Alone in its group, it is safe only if the sum of the group cannot be read: another group is closed too.
        if len(inside) == 1:
            assert len(group) == 1
            assert len([each for each in GROUPS if set(each) <= hidden]) >= 2
