"""Small counts of people are masked, and enough others with them that no sum gives one back (trade.md §7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Row = Sequence[int]
Cells = tuple[int | None, ...]
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows and which totals may be read, which categories are empty everywhere.

    Not `safe`: masking every row was not enough, so that nothing of the whole may be told either.
    """

    rows: tuple[bool, ...]
    totals: tuple[bool, ...]
    empty: tuple[bool, ...]
    safe: bool

    def row(self, index: int, cells: Row) -> Cells:
        """The cells of a row as they may be read; None is a masked one."""
        if self.rows[index]:
            return tuple(cells)
        # A category without anybody stays 0, unless that could tell the others.
        return tuple(0 if empty and self.safe else None for empty in self.empty)

    def total(self, cells: Row) -> Cells:
        """The totals as they may be read."""
        return tuple(cell if shown else None for cell, shown in zip(cells, self.totals, strict=True))


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of people, each cut into categories that add up to the row, whose number of people is known."""

    rows: Sequence[Row]
    totals: Row
    threshold: int
    free: int  # last categories whose smallness tells nothing («non renseigné»)
    small_cells: bool

    def checked(self) -> range:
        return range(len(self.totals) - self.free)

    def told(self) -> list[int]:
        """The categories that are somebody’s."""
        return [each for each in self.checked() if self.totals[each] or any(row[each] for row in self.rows)]

    def small(self, row: Row) -> bool:
        """Too few people, or too few of them in one category."""
        if 0 < sum(row) < self.threshold:
            return True
        return self.small_cells and any(0 < row[each] < self.threshold for each in self.checked())

    def given_back(self, hidden: Sequence[int]) -> bool:
        """Say whether what is shown around hidden rows determines one of their cells."""
        rows = [self.rows[each] for each in hidden]
        return determined(rows, self.told()) or any(self._nearly_everybody(row) for row in rows)

    def few(self, hidden: Sequence[int]) -> bool:
        """Say whether the hidden rows, taken together, are still a handful of people of one category.

        Their sum is what the totals leave once the rows that are shown are taken off; a small total is masked itself.
        """
        left = {each: sum(self.rows[index][each] for index in hidden) for each in self.checked()}
        return any(
            0 < count < self.threshold and self.totals[each] >= self.threshold for each, count in left.items()
        )

    def _nearly_everybody(self, row: Row) -> bool:
        """People of several lots count once in the totals: the totals alone may tell one row."""
        outside = sum(self.totals) - sum(row)
        return any(
            max(0, self.totals[each] - outside) >= min(self.totals[each], sum(row)) for each in self.told()
        )


def determined(rows: Sequence[Row], columns: Sequence[int]) -> bool:
    """Say whether the sums of rows and of columns leave a cell of these columns a single possible value.

    In a table of counts with known margins a cell goes from max(0, row + column - all) to min(row, column).
    """
    sums = {each: sum(row[each] for row in rows) for each in columns}
    everybody = sum(cell for row in rows for cell in row)
    return any(
        max(0, sum(row) + column - everybody) >= min(sum(row), column)
        for row in rows
        for column in sums.values()
    )


def hide(
    rows: Sequence[Row],
    totals: Row,
    threshold: int,
    *,
    free: int = 0,
    small_cells: bool = True,
    pooled: bool = False,
    hidden_already: Collection[int] = (),
) -> Shown:
    """Choose the rows to mask, whole; then more of them, the smallest first, until nothing is given back.

    `totals` counts each person once. When hiding every row is not enough, the totals are masked too. `pooled`: rows
    are read one by one beside the totals, so that those masked must also be many enough together.
    """
    table = _Table(rows, totals, threshold, free, small_cells)
    hidden = [index for index, row in enumerate(rows) if index in hidden_already or table.small(row)]
    first, sizes = set(hidden), [sum(row) for row in rows]
    left = sorted(
        (index for index, size in enumerate(sizes) if size and index not in first),
        key=lambda index: (sizes[index], index),
        reverse=True,
    )
    while hidden and left and (table.given_back(hidden) or (pooled and table.few(hidden))):
        hidden.append(left.pop())
    safe = not hidden or not table.given_back(hidden)
    masked, told = set(hidden), set(table.told())
    return Shown(
        rows=tuple(index not in masked for index in range(len(rows))),
        totals=_totals(table, safe),
        empty=tuple(each not in told for each in range(len(totals))),
        safe=safe,
    )


def _totals(table: _Table, safe: bool) -> tuple[bool, ...]:
    """Which totals may be read: a small one is masked, and another one with it."""
    everybody = sum(table.totals)
    if not safe or 0 < everybody < table.threshold:
        return tuple(False for _ in table.totals)
    counts = {each: table.totals[each] for each in table.checked()}
    small = {each for each, count in counts.items() if table.small_cells and 0 < count < table.threshold}
    masked = _with_company(small, counts)
    return tuple(each not in masked for each in range(len(table.totals)))


def hide_counts(
    counts: Mapping[K, int], groups: Sequence[Sequence[K]], threshold: int
) -> dict[K, int | None]:
    """Mask the small counts of a list whose sum is known, and whose sums by group may be read elsewhere.

    A masked count never stands alone: neither in its group, nor among the groups. None is a masked count.
    """
    if 0 < sum(counts.values()) < threshold:
        return dict.fromkeys(counts)
    sums = {index: sum(counts[each] for each in group) for index, group in enumerate(groups)}
    closed = _with_company({each for each, total in sums.items() if 0 < total < threshold}, sums)
    shown: dict[K, int | None] = dict(counts)
    for index, group in enumerate(groups):
        inside = {each: counts[each] for each in group}
        small = {each for each, count in inside.items() if 0 < count < threshold}
        for each in inside if index in closed else _with_company(small, inside):
            shown[each] = None
    return shown


def hide_parts(
    parts: Mapping[K, int], threshold: int, hidden_already: Collection[K] = ()
) -> dict[K, int | None]:
    """Mask the small parts of a whole that is read beside each of them: never alone, never a handful together."""
    whole = sum(parts.values())
    hidden = {each for each, count in parts.items() if each in hidden_already or 0 < count < threshold}
    left = sorted(
        (each for each in parts if parts[each] and each not in hidden), key=lambda each: -parts[each]
    )
    while hidden and left and not _enough([parts[each] for each in hidden], min(threshold, whole)):
        hidden.add(left.pop())
    return {each: None if each in hidden else count for each, count in parts.items()}


def _enough(counts: Sequence[int], threshold: int) -> bool:
    """Masked counts that cannot be told from what is left of their sum: two or more, a crowd together."""
    return len(counts) > 1 and (not any(counts) or sum(counts) >= threshold)


def _with_company(small: set[K], counts: Mapping[K, int]) -> set[K]:
    """Give a lonely masked count the smallest other one, of somebody if there is one."""
    others = sorted(
        (each for each in counts if each not in small), key=lambda each: (not counts[each], counts[each])
    )
    return small | set(others[:1]) if len(small) == 1 else small
