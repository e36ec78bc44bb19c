"""Kernels can be stepped through: as plain Python (``NUMBA_DISABLE_JIT=1``) they do the same to the same people."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from sim.core.digest import PACKAGE
from sim.core.randomness import Stream
from sim.engines import impact, naming, pools, reading, remembering, security, spectrum
from sim.engines.constituencies import Constituencies, count_standing
from sim.engines.exposure import Exposure, ExposureRules, count_exposure
from sim.engines.project_counts import ProjectCounts, count_projects
from sim.phases.publication import exposure_of
from tests.four_ties import add_plainly
from tests.rated import SIGMA, P, rated, readers
from tests.small import MEMORY, YEAR, Rules, key, leave, people, write


def a_year() -> dict[str, np.ndarray]:
    """Everything that the kernels of papers, impact and leaks make of a few people under rules and fear."""
    block = people(80, P, seed=3)
    rules = Rules(P, rate=8.0, team=5.0, same=0.5, origin=0.3, looseness=0.3, sensitive=0.5, lost=0.3, replaced=0.2)
    rules.friction[:, 0, 1] = rules.threat[:, 2] = 0.5
    rules.screened[:, 3, 0] = rules.screening = 0.5
    rules.openness[:, ::2] = 0.2
    block.fear[:80:3] = 0.9
    leave(block, np.array([7]))  # a free row is nowhere
    written = write(block, rules)
    year = rated(block, written, border_share=np.full(P, 0.5), exponent=3.0, baseline=readers(1))
    papers, rows = year.written.papers, block.rows
    remembering.update_ties(YEAR, MEMORY, rows.ties, papers)
    attention = reading.attention(year.counts.z_pair, year.counts.z_more, readers().known)
    found, exposure = ProjectCounts.none(P), Exposure.none(P)
    count_projects(rows.people, written.projects, papers, found)
    count_exposure(rows.people, rows.ties, papers, ExposureRules(rules.threat, 0.02, YEAR - 5.0), exposure)
    top1 = spectrum.shares_above(spectrum.Spectrum.of(year.counts.by_bin, SIGMA).threshold(0.01), SIGMA)
    impact.credit_authors(rows.people, rows.output, papers, SIGMA, top1, 0.85, key(Stream.QUALITY))
    constituents = Constituencies.none(P)
    count_standing(rows.people, rows.output, 5, np.zeros(256, np.int64), constituents)
    hazard = security.Hazard(np.ones(4), rules.threat, np.full((4, P, P), 0.5))
    leaks = security.leaks(exposure_of([exposure]), exposure.towards[:, None], found.sensitive[None], hazard)
    return {
        **written.projects._asdict(), **found._asdict(), **year.counts._asdict(), **leaks._asdict(),
        **{name: rows.output[name].copy() for name in rows.output.dtype.names},
        **{f"of_members_{name}": value for name, value in constituents._asdict().items()},
        **{f"slots_{name}": value for name, value in written.losses._asdict().items()},
        "lead": papers.lead, "ordinal": papers.ordinal, "n_authors": papers.n_authors, "match": papers.match,
        "mu": papers.mu, "mu_baseline": papers.mu_baseline, "flags": papers.flags, "attention": attention,
        "authors": np.concatenate([written.team(k) for k in range(len(written))]),
        "ties": rows.ties.copy(), **exposure._asdict(),
    }  # fmt: skip


def test_kernels_do_the_same_uncompiled(tmp_path: Path) -> None:
    compiled = a_year()
    occurs = (
        "slots_slots",
        "slots_papers",
        "slots_sensitive",
        "match",
        "z_more",
        "slots_screened",
        "towards",
        "once",
        "leaked",
        "ties",
        "of_members_papers",
        "of_members_fear",
    )
    assert all(compiled[name].any() for name in occurs) and not compiled["n_authors"].all()
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(PACKAGE.parent)}
    subprocess.run([sys.executable, __file__, str(tmp_path / "year.npz")], env=environment, check=True)
    uncompiled = np.load(tmp_path / "year.npz")
    assert set(uncompiled) == set(compiled)
    for name, value in compiled.items():
        rtol = 0.0 if value.dtype.kind in "iu" else 1e-5
        np.testing.assert_allclose(uncompiled[name], value, rtol=rtol, err_msg=name)


if __name__ == "__main__":
    for module in (naming, pools, remembering, impact):  # a hint to the processor, which plain Python cannot give
        module.prefetch = lambda array, row: None  # type: ignore[attr-defined]
    remembering.remember = add_plainly  # and vectors
    np.seterr(over="ignore")
    np.savez(sys.argv[1], **a_year())
