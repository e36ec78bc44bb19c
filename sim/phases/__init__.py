"""The phases of a year: each gathers what its engine needs, runs it field by field and adds up."""
