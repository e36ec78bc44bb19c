"""Recruiting talent: by one country or by all, out of the same money or with new money."""
