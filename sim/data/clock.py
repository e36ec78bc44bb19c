"""The years by name. The last year of outcomes belongs to the tables: `sim.data.tables.WorldData.end`."""

FIRST_YEAR = 1980  # back-cast stocks begin
FLOWS_FROM = 1998  # moves and entries are data from here on; before, rates of the first years are carried back
PAPERS_FROM = 1996  # papers are data from here on
DOCTORATES_FROM = 2011  # US doctorates by origin are known from here on
BASE_YEARS = 5  # last years of outcomes, whose mean stands for the policy of the last one
SHELF_YEAR = 2017  # strengths of the scenarios that the project ships are departures from the policy of this year
LAST_YEAR = 2060  # inputs are extended to here, and no run ends later
