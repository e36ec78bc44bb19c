"""``python -m tests.regression.update``: freeze the run as it is now, and say what changed.

To be used when a change of results is meant; the commit that changes `frozen.csv` says why.
"""

from __future__ import annotations

from tests.regression import summary


def main() -> None:
    """Write the frozen run anew."""
    before = summary.read()[0] if summary.TABLE.exists() else []
    after = summary.rows()
    summary.write(after)
    print(f"{len(after)} rows written to {summary.TABLE.name}")
    if [r["place"] for r in before] == [r["place"] for r in after]:
        for name in (*summary.COUNTS, *summary.MEASURES):
            cells = sum(a[name] != b[name] for a, b in zip(before, after))
            print(f"{name:22} {cells:5} cells changed")


if __name__ == "__main__":
    main()
