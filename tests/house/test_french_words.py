"""What a user reads is set as French is: ’ between letters, and no line breaks before a sign or inside « »."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRENCH = re.compile(
    r"[àâçéèêëîïôùûœÀÂÇÉÈÊÎÔ’«»]"
    r"|\b(?:le|la|les|un|une|des|du|au|aux|et|ou|en|sur|par|pour|avec|sans|est|sont|vous|votre|vos|ce|cette|qui|que|ne|pas)\b",
    re.IGNORECASE,
)
LETTER = r"[A-Za-zÀ-ÖØ-öø-ÿœŒ]"
STRAIGHT = re.compile(rf"{LETTER}'{LETTER}")
BREAKING = re.compile(r"(?<=\S) (?=(?:[:;!?»€]|%(?!\}))(?:[\s<\"'.,)]|$))|(?<=«) (?=\S)")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def faults(text: str) -> list[str]:
    """The places of a French text that its reader would see badly set."""
    if not FRENCH.search(text):
        return []
    found = (*STRAIGHT.finditer(text), *BREAKING.finditer(text))
    return [text[max(each.start() - 25, 0) : each.end() + 25] for each in found]


def said(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The strings of a module that may be read on a screen: neither docstrings nor parts of an f-string."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    silent |= {id(part) for node in joined for part in node.values}
    for sentence in joined:
        parts = (part.value if isinstance(part, ast.Constant) else "0" for part in sentence.values)
        yield sentence.lineno, "".join(map(str, parts))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def written(folder: str, *suffixes: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)


def test_each_template_is_set_as_french_is() -> None:
    pages = written("templates", ".html", ".txt")
    assert len(pages) > 80
    seen = [
        f"{page.relative_to(ROOT)}: {fault}"
        for page in pages
        for line in COMMENT.sub("", page.read_text(encoding="utf-8")).splitlines()
        for fault in faults(line)
    ]
    assert seen == []


@pytest.mark.parametrize("folder", ["facilitator", "reports"])
def test_each_sentence_of_the_code_is_set_as_french_is(folder: str) -> None:
    seen = [
        f"{path.relative_to(ROOT)}:{line}: {fault}"
        for path in written(folder, ".py")
        for line, text in said(ast.parse(path.read_text(encoding="utf-8")))
        for fault in faults(text)
    ]
    assert seen == []


def test_a_month_is_elided_as_one_says_it() -> None:
    """«d’octobre», never «de octobre»: `of_month` says it."""
    unelided = re.compile(r"\b(?:de|que) \{\{? ?(?:french[._])?(?:month\(|[\w.]+\|month\b)")
    pages = written("templates", ".html", ".txt") + written("facilitator", ".py") + written("reports", ".py")
    seen = [
        f"{page.relative_to(ROOT)}: {each[0]}"
        for page in pages
        for each in unelided.finditer(page.read_text(encoding="utf-8"))
    ]
    assert seen == []


@pytest.mark.parametrize(
    "text",
    [
        "Le relevé d'octobre est refusé.",
        "L'entreprise du lot",
        "Le lot est fini : rien à faire.",
        "Où en est le lot ?",
        "Choisissez « Corriger »",
        "Un taux de 49 % des heures",
        "Un coût de 30 € par heure",
    ],
)
def test_what_is_badly_set_is_seen(text: str) -> None:
    assert faults(text)
    assert faults(text.replace("'", "’").replace(" ", "\u00a0")) == []


@pytest.mark.parametrize(
    "text",
    [
        "state <> 'refused' OR refusal_reason IS NOT NULL",
        "{{ badge('retenues', 'good') }} Toutes ces heures comptent pour le lot.",
        "{% if lots|length == 1 %}le lot{% endif %}",
        "The user's own words",
    ],
)
def test_what_is_no_french_sentence_is_left_alone(text: str) -> None:
    assert faults(text) == []


def test_a_sentence_of_an_f_string_is_read_whole_and_a_docstring_is_not() -> None:
    tree = ast.parse('def f(x):\n    """Un mot : l\'essai."""\n    return f"Le lot {x} : fini"\n')
    assert [faults(text) != [] for _, text in said(tree)] == [True]
