"""Figures of a command, drawn from the tidy frames it recorded; nothing here runs the model."""

from sim.plots.writing import write_figures

__all__ = ["write_figures"]
