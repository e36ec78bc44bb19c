"""Putting parts of a store together loses and doubles nothing, even if it is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.api.types import is_numeric_dtype

from sim.store.compaction import compact
from sim.store.sweep import RUN_FIELDS, SweepStore
from tests.sweep.inline import Small
from tests.sweep.processes import ROOT
from tests.sweep.small_sweep import assert_same, tables

pytestmark = pytest.mark.usefixtures("inline")


# Moments at which a compaction is killed: the joined part half written, the old ones all there, one of them half gone.
KILLED = {
    "while writing": "write = c._append\ndef _append(*a): write(*a); die()\nc._append = _append",
    "before deleting": "s.SweepStore.sweep_up = lambda self: die()",
    "while deleting": "def rmtree(path, **more):\n  if path.name[0] != '.': os.remove(path / 'runs.parquet'), die()\n"
    "e.shutil.rmtree = rmtree",
}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("moment", KILLED)
def test_compaction_that_is_killed_loses_and_doubles_nothing(
    small: Small, rows: dict[str, pd.DataFrame], moment: str
) -> None:
    die = "import os, signal\ndef die(): os.kill(os.getpid(), signal.SIGKILL)"
    main = f"from sim.cli.main import main\nmain(['sweep', 'compact', {str(small.store)!r}])"
    code = f"from sim.store import compaction as c, entry as e, sweep as s\nimport os\n{die}\n{KILLED[moment]}\n{main}"
    before = len(small.parts())
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert killed.returncode == -9, killed.stderr
    assert len(list((small.store / "parts").iterdir())) > before  # a new part, whole or half, beside the old ones
    assert_same(tables(small.store), rows)
    outcome = small.run()
    assert outcome.computed == 0 and outcome.done == 16 and not small.notes
    store, digest = SweepStore(small.store), small.sweep().digest
    assert compact(store, digest)[1] == 1 and len(small.parts()) == 1
    assert_same(tables(small.store), rows)
    assert small.run().computed == 0


def test_compaction_of_a_hundred_parts_gives_the_same_rows(whole: Small, tmp_path: Path) -> None:
    store, given = SweepStore(tmp_path / "store"), pq.read_table(whole.parts()[0] / "place_year.parquet")
    some = given.filter(pa.compute.equal(given["run"].cast(pa.string()), given["run"][0].as_py()))
    for i in range(100):
        keys = [f"run-{i:03}-a", f"run-{i:03}-b"]
        table = pa.concat_tables([some.set_column(0, "run", pa.array([key] * len(some))) for key in keys])
        if i % 3:  # parts of a program of another day: a column fewer
            table = table.drop_columns([table.column_names[-1]])
        about = pa.Table.from_pylist([{"run": key, "seconds": 1.0, "peak_memory_mb": i} for key in keys], RUN_FIELDS)
        store.write_part(f"chunk-{i:03}", "digest", about, {"place_year": table})
    store.refresh()
    before = _all_rows(store)
    target = 40 * sum(file[1] for file in store.parts["chunk-000"].files)
    before_and_after = compact(store, "digest", target)
    assert before_and_after[0] == 100 and 2 <= before_and_after[1] <= 4
    again = SweepStore(tmp_path / "store")
    again.refresh(deep=True)
    assert not again.damaged and len(again.done("digest")) == 200
    pd.testing.assert_frame_equal(_all_rows(again), before, check_exact=True)


def _all_rows(store: SweepStore) -> pd.DataFrame:
    """Of the table and the runs, in the order of runs, categories as text."""
    read = [[pq.read_table(path) for path in store.files(name, "digest")] for name in ("place_year", "runs")]
    table, runs = (pa.concat_tables(parts, promote_options="permissive").to_pandas() for parts in read)
    table = table.assign(**{name: table[name].astype(str) for name in table if not is_numeric_dtype(table[name])})
    table = table.sort_values("run", kind="stable", ignore_index=True)
    return table.merge(runs, on="run", how="left", validate="many_to_one")
