"""Sweeps: thousands of runs from one ``sweep.yaml``, on a laptop or a cluster, nothing lost, nothing done twice.

One direction: `spec` reads the file, `design` makes draws and points of it, `plan` keys the runs and groups those that
share a history, `batches` cuts them into chunks of a few minutes, `chunk` computes one anywhere, `driver` hands them
to an executor and believes only the rows in the store (`sim.store.sweep`).
"""
