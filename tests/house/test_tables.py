"""The list of tables is whole, and each constraint has a name of its own."""

from collections import Counter
from pathlib import Path

from facilitator import tables
from facilitator.db import Base

PACKAGE = Path(tables.__file__).parent


def test_every_module_that_declares_a_table_is_loaded() -> None:
    declaring = {path.stem for path in PACKAGE.glob("*.py") if "    __tablename__ = " in path.read_text()}
    assert declaring == {module.__name__.rpartition(".")[2] for module in tables.DECLARED_IN}


def test_each_constraint_has_a_name_of_its_own() -> None:
    for table in Base.metadata.tables.values():
        names = Counter(str(constraint.name) for constraint in table.constraints)
        assert [name for name, times in names.items() if times > 1] == []
        assert "None" not in names, table.name
