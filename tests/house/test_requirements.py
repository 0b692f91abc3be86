"""The locked requirements install anywhere: hashes for all, no index, no path of one machine."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = ["requirements.txt", "requirements-dev.txt"]


@pytest.mark.parametrize("name", LOCKED)
def test_every_locked_requirement_has_a_version_and_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", " "))
    for entry in entries:
        if not entry.startswith("#"):
            assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry
            assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", LOCKED)
def test_a_lock_names_no_index_and_no_folder(name: str) -> None:
    text = (ROOT / name).read_text()
    for word in ("://", "--index", "--extra-index", "--find-links", " /"):
        assert word not in text


def test_both_locks_agree_on_versions() -> None:
    runtime, development = (
        set(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)(.*?)\\$", (ROOT / name).read_text(), re.M))
        for name in LOCKED
    )
    names = {name for name, *_ in runtime} & {name for name, *_ in development}
    assert {entry for entry in runtime if entry[0] in names} == {
        entry for entry in development if entry[0] in names
    }


def test_what_setup_cfg_asks_for_is_what_is_locked() -> None:
    asked = (ROOT / "setup.cfg").read_text().split("install_requires =")[1].split("\n\n")[0]
    names = {re.split(r"[\[;>=]", line.strip())[0] for line in asked.splitlines() if line.strip()}
    written = {
        re.split(r"[\[;>=]", line)[0]
        for line in (ROOT / "requirements.in").read_text().splitlines()
        if line and not line.startswith("#")
    }
    assert written - {"setuptools", "wheel"} == names
