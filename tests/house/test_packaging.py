"""The wheel holds what the tree holds: nothing new is silently left out of an installation."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Folder of the tree → folder of the wheel.
SHIPPED = {
    "facilitator": "facilitator",
    "reports": "reports",
    "templates": "facilitator/templates",
    "migrations": "facilitator/migrations",
}
NOT_SHIPPED = ("__pycache__",)
# The libraries are those of the tests; the editable installation beside them is not seen from there.
LIBRARIES = f"import sys; sys.path.append({sysconfig.get_path('purelib')!r}); "


def tree() -> set[str]:
    """What the tree has for an installation, under the names that a wheel gives."""
    return {
        f"{shipped}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, shipped in SHIPPED.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not set(path.parts) & set(NOT_SHIPPED) and path.suffix != ".pyc"
    }


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no build folder is left in the tree."""
    copy = tmp_path_factory.mktemp("source")
    for name in [*SHIPPED, "setup.cfg", "pyproject.toml", "README.md", "LICENSE"]:
        run("cp", "-r", ROOT / name, copy / name, cwd=ROOT)
    out = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", out, copy, cwd=copy,
    )  # fmt: skip
    [built] = out.glob("facilitator-*.whl")
    return built


def test_the_wheel_holds_the_whole_tree_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == tree()


def test_a_clean_installation_finds_its_templates_and_migrations(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel,
        cwd=tmp_path,
    )  # fmt: skip
    said = run(
        python, "-I", "-c",
        LIBRARIES + "from facilitator.settings import bundled; print(bundled('templates')); print(bundled('migrations'))",
        cwd=tmp_path,
    )  # fmt: skip
    for folder in said.split():
        assert Path(folder).is_relative_to(home)
        assert Path(folder).is_dir()
    assert (home / "bin" / "facilitator").exists()
