"""`python -m tests.bill FILE`: a CycloneDX bill of materials of what the gym is installed from.

Components are the pins of `requirements.lock` with the hashes of their files; licences are those that the
installed packages state.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Final

from tests.support.locks import RUNTIME, Pin, project, read_lock

SPEC_VERSION: Final = "1.6"
WHOLE_TEXT: Final = 60
"""Letters; some packages write the licence's whole text where its name belongs."""


def bill() -> dict[str, Any]:
    """The document, without the time at which it was made: the same lock gives the same bill."""
    gym = {"type": "application", "bom-ref": "powergym", "name": "powergym", "version": project()["version"]}
    components = [_component(pin) for pin in read_lock(RUNTIME).values()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {"component": gym},
        "components": components,
    }


def _component(pin: Pin) -> dict[str, Any]:
    """The hashes stand at the distribution: a package has a file for each platform."""
    purl = f"pkg:pypi/{pin.name}@{pin.version}"
    files = [{"alg": "SHA-256", "content": digest} for digest in pin.hashes]
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": pin.name,
        "version": pin.version,
        "purl": purl,
        "externalReferences": [{"type": "distribution", "url": purl, "hashes": files}],
    }
    licences = _licences(pin)
    return component | ({"licenses": licences} if licences else {})


def _licences(pin: Pin) -> list[dict[str, Any]]:
    """What the installed package states: an SPDX expression, else names as it writes them."""
    try:
        said = metadata(pin.name)
    except PackageNotFoundError:  # of another platform
        return []
    if expression := said.get("License-Expression"):
        return [{"expression": expression}]
    stated = said.get("License") or ""
    classified = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    names = classified or ([stated] if 0 < len(stated) <= WHOLE_TEXT else [])
    return [{"license": {"name": name}} for name in names]


def main() -> None:
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    written = bill()
    target.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    print(f"{len(written['components'])} packages: {target}")


if __name__ == "__main__":
    main()
