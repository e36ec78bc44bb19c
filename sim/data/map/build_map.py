"""Compact the country shapes of the npm package world-atlas into `world_110m.json`.

Run by hand when the shapes change: ``npm pack world-atlas@2.0.2``, unpack it, then
``python -m sim.data.map.build_map package/countries-110m.json``. The same input gives the same bytes.
Source: Natural Earth 1:110m (public domain), as TopoJSON in world-atlas 2.0.2 (ISC, see LICENSE.md).
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OUTPUT = HERE / "world_110m.json"
STEP = 0.02  # degrees of the output grid: below 0.05 mm on a map 180 mm wide
DROPPED = {"010"}  # Antarctica: nobody lives there for the model, and it takes a fifth of the height
# Shapes without an ISO code follow Natural Earth's own parent, but for Kosovo, which has a user-assigned code.
WITHOUT_CODE = {"N. Cyprus": "CYP", "Somaliland": "SOM", "Kosovo": "XKX"}


def iso3_by_numeric() -> dict[str, str]:
    """ISO 3166-1 numeric -> alpha-3 of the shapes in the file (`countries.csv`)."""
    with (HERE / "countries.csv").open(encoding="utf-8") as file:
        return {row["numeric"]: row["alpha3"] for row in csv.DictReader(file) if row["numeric"]}


def snapped_arc(arc: list[list[int]], scale: list[float], shift: list[float]) -> list[int]:
    """One TopoJSON arc on the output grid, flat ``[x0, y0, dx, dy, ...]``; repeated points are dropped."""
    x = y = 0
    flat: list[int] = []
    last: tuple[int, int] | None = None
    for dx, dy in arc:
        x, y = x + dx, y + dy
        point = (round((x * scale[0] + shift[0]) / STEP), round((y * scale[1] + shift[1]) / STEP))
        if last is None:
            flat += point
        elif point != last:
            flat += (point[0] - last[0], point[1] - last[1])
        last = point
    return flat


def rings_of(geometry: dict[str, Any]) -> list[list[int]]:
    """All rings of a (multi)polygon as lists of signed arc numbers (``~i`` = arc i reversed)."""
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    return [ring for polygon in polygons for ring in polygon]


def compact(topology: dict[str, Any]) -> dict[str, Any]:
    """Shapes by alpha-3 code, with only the arcs they use."""
    codes = iso3_by_numeric()
    shapes: dict[str, list[list[int]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry.get("id") in DROPPED:
            continue
        code = codes[geometry["id"]] if "id" in geometry else WITHOUT_CODE[geometry["properties"]["name"]]
        shapes.setdefault(code, []).extend(rings_of(geometry))
    transform = topology["transform"]
    arcs = [snapped_arc(arc, transform["scale"], transform["translate"]) for arc in topology["arcs"]]
    for code, rings in shapes.items():  # an islet may shrink to a point on the grid
        shapes[code] = [ring for ring in rings if sum(len(arcs[a if a >= 0 else ~a]) - 2 for a in ring) >= 6]
    used = sorted({a if a >= 0 else ~a for rings in shapes.values() for ring in rings for a in ring})
    number = {old: new for new, old in enumerate(used)}
    return {
        "source": "Natural Earth 1:110m (public domain) by way of world-atlas 2.0.2 (ISC)",
        "step_degrees": STEP,
        "shapes": {
            code: [[number[a] if a >= 0 else ~number[~a] for a in ring] for ring in rings]
            for code, rings in sorted(shapes.items())
        },
        "arcs": [arcs[a] for a in used],
    }


def main(source: str) -> None:
    """Write `world_110m.json` from the TopoJSON file `source`."""
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    OUTPUT.write_text(json.dumps(compact(topology), separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
