"""The report for those who ask for another file: a PDF to print, a slide to show, tables to compute with.

Each needs an optional package; `sim.report.extras.common.need` says which one is missing.
"""
