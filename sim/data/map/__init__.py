"""Country shapes for figures: Natural Earth 1:110m, compacted by `build_map.py`."""
