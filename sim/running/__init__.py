"""From a configuration to finished runs: what to compute, in which order, in which process."""
