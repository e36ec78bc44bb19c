"""Timings of the model, and a second implementation of its rules that shares no code with it."""
