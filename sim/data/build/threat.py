"""Who is a threat to whom: three tables of one layout, a row a pair, that `threat=` chooses from.

``threat_rivalry.csv``: strategic rivals, and those of a more capable defence ally; ``threat_rivals.csv``: own rivals
alone; ``threat_votes.csv``: distance in UN votes times distance in regime. They are made for the 60 countries and
areas; a smaller world has the rows between its places, and rests have none. Why so: docs/decisions/threat-table.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.data.build.gaps import ImputedLog, check_present
from sim.data.build.gaps_listed import LISTED
from sim.data.build.inputs import build_inputs
from sim.data.build.pairs import geography, politics, square
from sim.data.build.sources import Sources, place_of, sixty
from sim.data.build.write import as_written
from sim.data.clock import FIRST_YEAR
from sim.data.layout import RELATIONS

YEAR = 2017
WEIGHTS = (1.0, 0.5, 0.25)  # own rival, rival of the patron, rival of the patron's patron (assumption)
FAR, NEAR, REACH = 0.75, 0.5, 3000.0  # factor FAR + NEAR / (1 + km / REACH) (assumption)
# The first edition's product: ramps of distance, what is left between allies, what counts as none (assumptions).
DEMOCRACY, IDEAL, ALLY, FLOOR = (0.2, 0.7), (0.5, 3.0), 0.1, 0.05
TSS = "Thompson, Sakuwa & Suhas 2021"
CAPABILITY = f"Capability: R&D (UNESCO UIS, World Bank) and military spending (Correlates of War, NMC 7.0), {YEAR}"
HONG_KONG, TAIWAN = ("HKG", "CHN"), ("TWN", ("JPN", "KOR"))  # what the sources lack, and whose values stand for it


@dataclass(frozen=True)
class State:
    """What threats are made of, for C countries in the order of `codes`.

    Attributes
    ----------
    names : English names by code.
    rivalry : [C, C] words of the strategic rivalry alive in 2017 and the year it began; empty if there is none.
    ally : [C, C] bool, a defence pact in force in 2017; patron : [C], index of the most capable ally, if it is more
        capable than the place itself, else -1.
    capability : [C], 0-1, geometric mean of R&D and military spending over the largest of each, 2017.
    distance_km : [C, C].
    ideal_distance, democracy_distance, alliance : [C, C], means of 2013-17.
    """

    codes: list[str]
    names: dict[str, str]
    rivalry: np.ndarray
    ally: np.ndarray
    patron: np.ndarray
    capability: np.ndarray
    distance_km: np.ndarray
    ideal_distance: np.ndarray
    democracy_distance: np.ndarray
    alliance: np.ndarray


def build_threats(sources: Sources, countries: pd.DataFrame, log: ImputedLog) -> dict[str, pd.DataFrame]:
    """Rows of each table by its name, between the 60 countries and areas."""
    state = state_of(sources, countries, log)
    rivals = rivalry_rows(state)
    return {
        "threat_rivalry": _finished(rivals, state),
        "threat_votes": _finished(votes_rows(state), state, scaled=False),
        "threat_rivals": _finished([row for row in rivals if row["relation"] == RELATIONS[0]], state),
    }


def between(rows: pd.DataFrame, places: list[str]) -> pd.DataFrame:
    """Rows between two places of a world; a patron outside of it still stands under `through`."""
    return rows[rows.place.isin(places) & rows.threat.isin(places)]


# --- rivals ---------------------------------------------------------------------------------------------------
def rivalry_rows(state: State) -> list[dict[str, object]]:
    """Rows of own rivals and of those taken over from patrons, values not yet divided by the largest."""
    return [row for a in range(len(state.codes)) for row in _rows_of(state, a)]


def _rows_of(state: State, a: int) -> Iterator[dict[str, object]]:
    """Rows of one place: own rivals first, then its patron's, then its patron's patron's; each place once."""
    is_rival, found, holder = state.rivalry != "", {a}, a
    chain: list[str] = []
    for level, weight in enumerate(WEIGHTS):
        for b in np.flatnonzero(is_rival[holder]).tolist():
            of_own_rival = level > 0 and bool((is_rival[a] & is_rival[b]).any())
            if b in found or state.ally[a, b] or of_own_rival:
                continue
            found.add(b)
            nearness = FAR + NEAR / (1.0 + state.distance_km[a, b] / REACH)
            yield {
                "place": state.codes[a],
                "threat": state.codes[b],
                "value": weight * nearness * np.sqrt(state.capability[b]),
                "relation": RELATIONS[level],
                "through": " ".join(chain),
                "rivalry": state.rivalry[holder, b],
                "source": _rival_words(state, a, chain),
            }
        holder = int(state.patron[holder])
        if holder < 0:
            return
        chain.append(state.codes[holder])


def _rival_words(state: State, a: int, chain: list[str]) -> str:
    """Where a row of rivals comes from, in short sentences."""
    words, code = [f"Strategic rivalry: {TSS}"], state.codes[a]
    if code == HONG_KONG[0]:
        words.append("Hong Kong takes China's rivals")
    for holder, patron in zip([code, *chain], chain):
        of = "ATOP has no Taiwan: patron of Japan and Korea" if holder == TAIWAN[0] else f"ATOP 5, {YEAR}"
        words.append(f"Most capable defence ally of {state.names[holder]}: {state.names[patron]} ({of})")
    return ". ".join([*words, CAPABILITY])


# --- votes and regime -----------------------------------------------------------------------------------------
def votes_rows(state: State) -> list[dict[str, object]]:
    """Rows of the first edition's product: far apart in votes and in regime, and no allies."""
    left = 1.0 - (1.0 - ALLY) * state.alliance
    value = _ramp(state.democracy_distance, *DEMOCRACY) * _ramp(state.ideal_distance, *IDEAL) * left
    return [
        {
            "place": state.codes[a],
            "threat": state.codes[b],
            "value": value[a, b],
            "relation": RELATIONS[-1],
            "through": "",
            "rivalry": "",
            "source": _votes_words(state.ideal_distance[a, b], state.democracy_distance[a, b], left[a, b]),
        }
        for a, b in np.argwhere(value >= FLOOR).tolist()
    ]


def _votes_words(ideal: float, democracy: float, left: float) -> str:
    words = [
        f"Apart by {ideal:.2f} UN ideal points, 2013-17 (Bailey, Strezhnev & Voeten 2017)",
        f"Apart by {democracy:.2f} of liberal democracy, 2013-17 (V-Dem v16)",
    ]
    return ". ".join([*words, f"Under a defence pact: {left:.2g} of it is left (ATOP 5)"] if left < 1.0 else words)


def _ramp(x: np.ndarray, start: float, full: float) -> np.ndarray:
    return np.clip((x - start) / (full - start), 0.0, 1.0)


def _finished(rows: list[dict[str, object]], state: State, *, scaled: bool = True) -> pd.DataFrame:
    """Columns in the order of the layout, rows by place and falling value, values over the largest if `scaled`."""
    index = {code: i for i, code in enumerate(state.codes)}
    frame = pd.DataFrame(rows)
    if scaled:
        frame["value"] /= frame["value"].max()
    a, b = frame.place.map(index).to_numpy(), frame.threat.map(index).to_numpy()
    frame["value"] = [round(value, 4) for value in frame["value"]]
    frame["capability"] = np.round(state.capability[b], 4)
    frame["distance_km"] = np.round(state.distance_km[a, b])
    frame = frame.iloc[np.lexsort((b, -frame["value"], a))]
    columns = "place threat value relation through rivalry capability distance_km source".split()
    return frame[columns].reset_index(drop=True)


# --- the state of 2017 ----------------------------------------------------------------------------------------
def state_of(sources: Sources, countries: pd.DataFrame, log: ImputedLog) -> State:
    """What threats are made of."""
    codes = sixty(countries)
    at = countries.index.get_indexer(pd.Index(codes))
    pair = {**geography(sources, countries, ImputedLog()), **politics(sources, countries, ImputedLog())}
    pair = {name: as_written(matrix[np.ix_(at, at)]) for name, matrix in pair.items()}
    capability, ally = _capability(sources, countries, codes, log), _allies(sources, codes)
    free = _liberal_democracy(sources, countries, codes)
    return State(
        codes=codes,
        names=dict(zip(codes, countries.name.reindex(codes).map(str))),
        rivalry=_rivalries(sources, codes, log),
        ally=ally,
        patron=_patrons(ally, capability, codes, log),
        capability=capability,
        distance_km=pair["distance_km"],
        ideal_distance=pair["ideal_distance"],
        democracy_distance=np.abs(free[:, None] - free[None, :]),
        alliance=pair["alliance"],
    )


def _rivalries(sources: Sources, codes: list[str], log: ImputedLog) -> np.ndarray:
    """[C, C] words of the rivalries alive in 2017; Hong Kong has China's, and is nobody's rival."""
    table = sources.table("politics/tss_strategic_rivalries_1990_2020.csv")
    table = table[(table.start <= YEAR) & (table.end >= YEAR) & table.iso_a.isin(codes) & table.iso_b.isin(codes)]
    words = np.full((len(codes), len(codes)), "", dtype=object)
    for one, other, name, start in zip(table.iso_a, table.iso_b, table.rivalry, table.start):
        a, b = codes.index(one), codes.index(other)
        words[a, b] = words[b, a] = f"{name} since {start}"
    hong_kong, china = (codes.index(code) for code in HONG_KONG)
    words[hong_kong] = words[china]
    log.add("threat_rivalry", HONG_KONG[0], str(YEAR), "China's rivals; a threat to nobody")
    return words


def _allies(sources: Sources, codes: list[str]) -> np.ndarray:
    """[C, C] bool, a defence pact in force in 2017."""
    pacts = sources.table("politics/atop_alliances_dyad_year_1990_2018.csv").query(f"year == {YEAR}")
    ally = square(pacts, "iso_a", "iso_b", "atop_defense", pd.Index(codes), fill=0.0) > 0.0
    return ally | ally.T


def _patrons(ally: np.ndarray, capability: np.ndarray, codes: list[str], log: ImputedLog) -> np.ndarray:
    """[C], the single most capable ally if more capable than the place itself, else -1."""
    best = np.where(ally, capability, -1.0).argmax(axis=1)
    patron = np.where(ally.any(axis=1) & (capability[best] > capability), best, -1)
    taiwan, stand_ins = codes.index(TAIWAN[0]), [codes.index(code) for code in TAIWAN[1]]
    shared = np.where(ally[stand_ins].all(axis=0), capability, -1.0)
    patron[taiwan] = int(shared.argmax()) if shared.max() > capability[taiwan] else -1
    log.add("threat_rivalry", TAIWAN[0], str(YEAR), "patron: the most capable common ally of Japan and Korea")
    return patron


def _capability(sources: Sources, countries: pd.DataFrame, codes: list[str], log: ImputedLog) -> np.ndarray:
    """[C], 0-1; Hong Kong has no military spending and so none."""
    places, mapping = place_of(countries, "full")
    spending = as_written(build_inputs(sources, countries, places, mapping, ImputedLog())["gerd_musd"])
    spending = spending[YEAR - FIRST_YEAR, : len(codes)]
    table = sources.table("politics/cow_nmc7_military_1990_2022.csv").query(f"year == {YEAR}").set_index("iso3")
    military = table.military_expenditure_current_kusd.dropna()
    check_present("threat.military", military.index, codes, LISTED["threat.military"])
    log.add("threat.military", HONG_KONG[0], "all", "no military spending of its own, so no capability")
    share = military.reindex(codes).fillna(0.0).to_numpy(float)
    out: np.ndarray = np.sqrt(spending / spending.max() * share / share.max())
    return out


def _liberal_democracy(sources: Sources, countries: pd.DataFrame, codes: list[str]) -> np.ndarray:
    """[C], V-Dem's index, mean 2013-17."""
    level = sources.vdem("liberal_democracy_index").loc[YEAR - 4 : YEAR].mean()
    check_present("threat.liberal_democracy", level.dropna().index, codes, LISTED["threat.liberal_democracy"])
    return as_written(level.reindex(codes).to_numpy(float))
