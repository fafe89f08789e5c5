"""Structure of the code: no circle of modules, class names used once, folders of a dozen modules or so."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
COMMITTED_ON_PURPOSE = {"20261130_0046_entry_days.py"}
"""What stands above its block may be carried out twice: `IF NOT EXISTS`, and a function that is replaced."""
PACKAGES = ("gym", "bot", "web")
MOST_MODULES = 14
"""In one folder, `__init__.py` aside. A dozen is what is wanted; two more let whoever comes new add a module
before a full folder is split by meaning.
"""


def test_no_modules_import_each_other_in_a_circle() -> None:
    """An import inside a function closes a circle too. graphlib.CycleError names its modules."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    arrows = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    order = list(TopologicalSorter(arrows).static_order())
    assert len(order) == len(graph.modules) > 500


def test_a_class_name_stands_for_one_thing() -> None:
    where: defaultdict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    where[node.name].append(str(path.relative_to(ROOT)))
    assert len(where) > 500
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def test_no_folder_holds_more_modules_than_can_be_seen_at_once() -> None:
    counts = Counter(
        path.parent.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    )
    assert len(counts) > 50
    assert {str(folder): count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_a_migration_does_nothing_above_a_block_that_commits() -> None:
    """What stands above is kept though the revision is not: the next start would do it again, and fail."""
    checked, wrong = 0, set[str]()
    for path in sorted((ROOT / "migrations/versions").glob("*.py")):
        if path.name.split("_")[1] < "0035" or path.name in COMMITTED_ON_PURPOSE:
            continue
        for function in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(function, ast.FunctionDef):
                continue
            commits = ["autocommit_block" in ast.dump(one) for one in function.body]
            if not any(commits):
                continue
            checked += 1
            above = commits[: len(commits) - commits[::-1].index(True)]
            if function.name not in ("upgrade", "downgrade") or not all(above):
                wrong.add(path.name)
    assert checked >= 4
    assert wrong == set()
