"""Structure of the code: no circle of modules, class names used once, folders of a dozen modules or so."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
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
