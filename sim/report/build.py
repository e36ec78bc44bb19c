"""The model of the page from a comparison: one call a section, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.comparison.reading import Comparison
from sim.core.axes import BASELINE
from sim.policy.words import short_title
from sim.report import appendix, front, sources
from sim.report.checked import checked, misses
from sim.report.detail import detail
from sim.report.flips import flips
from sim.report.model import Report
from sim.report.read import Reader
from sim.report.words import listed, what_ranges_are

POLICY_OF_2017 = "the policy of 2017, kept as it was"


def build(comparison: Comparison, subject: Sequence[str] = ()) -> Report:
    """All numbers and words of the page.

    Parameters
    ----------
    subject : places that it is about, as codes or names, or ``World``; by default the issuers that all scenarios share,
        or those of the first.
    """
    reader = Reader(comparison, subject)
    label = comparison.reference
    reference = POLICY_OF_2017 if label == BASELINE else f"“{short_title(comparison.titles.get(label, label))}”"
    details = tuple(detail(reader, scenario) for scenario in reader.scenarios)
    lines, checks = sources.policy_lines(reader), checked()
    return Report(
        title=listed([scenario.title for scenario in reader.scenarios], "or"),
        asked=front.asked(reader, reference),
        subject=reader.subject,
        places=reader.places,
        reference=reference,
        period=reader.period,
        scenarios=reader.scenarios,
        answer=front.answers(reader),
        ranges=what_ranges_are(comparison.draws, comparison.replicates),
        caution=front.caution(reader),
        draws=comparison.draws,
        certainty=front.certainties(reader),
        cards=front.cards(reader),
        shared=front.shared(reader),
        details=details,
        flips=flips(reader),
        checked=checks,
        misses=misses(checks, [reader.names[place] for place in reader.places]),
        policies=lines,
        references=sources.references(lines, reader),
        repeat=sources.repeat(reader),
        series=appendix.series(reader),
        glossary=appendix.glossary(),
        limits=appendix.limits(reader),
        numbers=pd.concat([one.table for one in details], ignore_index=True),
    )
