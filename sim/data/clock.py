"""The years by name."""

FIRST_YEAR = 1980  # back-cast stocks begin
FLOWS_FROM = 1998  # moves and entries are data from here on; before, rates of the first years are carried back
PAPERS_FROM = 1996  # papers are data from here on
DATA_END = 2017  # last year of outcomes that anything was fitted to; every scenario shares the history until here
BASE_YEARS = 5  # last years of data whose mean stands for "the policy of 2017"
BASE_FROM = DATA_END - BASE_YEARS + 1
INPUTS_END = 2035  # last year of the input tables (money, income, freedom)
LAST_YEAR = 2060  # inputs are extended to here, and no run ends later
