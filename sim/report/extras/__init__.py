"""The report for those who ask for another file: a PDF to print, a slide to show, tables to compute with.

Each needs an optional package; without it one clear line says which to install.
"""
