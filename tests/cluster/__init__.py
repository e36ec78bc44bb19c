"""Sweeps and multiruns on a real Slurm and a real Ray on this machine."""
