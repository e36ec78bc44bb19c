"""What the experiments share: stores and paired effects, lines of numbers, tables of pages, pieces of figures.

Nothing here runs the model; stores are read through `sim.analysis.load`.
"""
