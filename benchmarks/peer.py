"""octoDNS from PyPI, on as many records -> trials of its plan without change, small and equal-size.

A record in its small shape has 5 lines of YAML; in the equal-size one it has 27, as our manifests.
"""

from __future__ import annotations

import json
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Trial

_FIRST_ADDRESS: Final = int(IPv4Address("10.0.0.0"))
_CONFIG: Final = """\
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: .}
  live: {class: benchmarks.octodns_live.JsonProvider, path: live.json}
zones:
  example.com.: {sources: [config], targets: [live]}
"""
_RECORD: Final = """\
{name}:
  ttl: 300
  type: A
  values:
"""


def octodns(scratch: Path, count: int) -> tuple[Trial, Trial]:
    """Install octoDNS beside the data, and say how its two shapes are run."""
    environment = scratch / "octodns"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin" / "pip", "install", "-q", "octodns"], check=True)
    command = str(environment / "bin" / "octodns-sync")
    return (
        _trial(f"octoDNS, {count} records of 5 lines", command, scratch / "small", (count, 1)),
        _trial(f"octoDNS, {count} records of 27 lines", command, scratch / "equal", (count, 23)),
    )


def _trial(name: str, command: str, directory: Path, shape: tuple[int, int]) -> Trial:
    count, values = shape
    records = {f"line-{index:06}": _record(index, values) for index in range(count)}
    text = "".join(
        _RECORD.format(name=name) + "".join(f"  - {each}\n" for each in record["values"])
        for name, record in records.items()
    )
    directory.mkdir()
    (directory / "example.com.yaml").write_text(text, "utf-8")
    (directory / "live.json").write_text(json.dumps(records), "utf-8")
    (directory / "config.yaml").write_text(_CONFIG, "utf-8")
    return Trial(
        name, (command, "--quiet", "--config-file", "config.yaml"), directory, expected="No changes"
    )


def _record(index: int, values: int) -> dict[str, Any]:
    addresses = [str(IPv4Address(_FIRST_ADDRESS + index * values + each)) for each in range(values)]
    return {"ttl": 300, "type": "A", "values": sorted(addresses)}
