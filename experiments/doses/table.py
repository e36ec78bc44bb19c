"""Effects of policy, fitted or not: what was measured, its range, and what a model without the effect gives."""

from __future__ import annotations

from dataclasses import dataclass

SERIES = {"entry": "entry of Chinese students, %", "output": "papers of Chinese origin, %", "fear": "fearful, %"}


@dataclass(frozen=True)
class Effect:
    """One row of the evidence with role `calib`.

    Attributes
    ----------
    id : of docs/evidence.md; name : in a few words; lo, hi : its range; none : without the effect.
    fitted : the parameter that it sets, empty if it is only met or missed.
    cause : why it is missed, if it is known to be.
    """

    id: str
    name: str
    what: str
    unit: str
    lo: float
    hi: float
    fitted: str
    none: float = 0.0
    cause: str = ""

    def off(self, value: float) -> float:
        """Distance of a value from the range, in widths of the range; 0 inside."""
        return max(self.lo - value, value - self.hi, 0.0) / (self.hi - self.lo)


EFFECTS = (
    Effect(
        "P1",
        "entry of Chinese students into the United States",
        "entry of Chinese students into the United States against other foreigners, three to four years after the "
        "hostility of 2015/16; scenario `hostility_2016`",
        "%",
        -19.0,
        -11.0,
        "entry.hostility",
    ),
    Effect(
        "P3",
        "papers of scientists of Chinese origin in the United States",
        "papers of scientists of Chinese origin in the United States against those of others there, 2017-19; scenario "
        "`hostility_2016`",
        "%",
        -11.0,
        -2.0,
        "publication.fear_output",
    ),
    Effect(
        "P5a",
        "papers of US life scientists with co-authors in China",
        "papers of US life and medical scientists with co-authors in China in 2010-14 against those with others "
        "abroad, 2019-21; scenario `china_initiative`",
        "%",
        -3.8,
        -0.8,
        "",
        cause="co-authors of 2010-14 are mostly ties no more by 2018, so that few of this group are frightened for "
        "one; and those with others abroad have partners in China too, and are frightened half as much. Of those who "
        "had a tie to China at the end of 2017 the effect lies at the other end of the range "
        "([known answers](../acceptance), Tied to China).",
    ),
    Effect(
        "P8",
        "scientists of Chinese origin in the United States who are fearful",
        "scientists of Chinese origin in the United States, established and senior, who are fearful at the end of "
        "2021; scenario `china_initiative`",
        "%",
        39.3,
        44.7,
        "security.chi",
    ),
    Effect(
        "P9",
        "fear of others with ties to China, relative to theirs",
        "fear of others with ties to China over that of scientists of Chinese origin, at the end of 2021",
        "ratio",
        0.20,
        0.25,
        "collaboration.fear_exposure_other",
    ),
    Effect(
        "P13",
        "investigations that find an undisclosed tie",
        "share of the investigations in the United States that find an undisclosed tie, 2018-21; scenario "
        "`china_initiative`",
        "share",
        0.20,
        0.35,
        "security.profile_specificity",
    ),
    Effect(
        "P16",
        "fearful for each person investigated",
        "share fearful over share investigated, 2018-21, of people with ties to China (order of magnitude: the "
        "published 50 to 90, a factor of two either way)",
        "ratio",
        25.0,
        180.0,
        "",
    ),
)
