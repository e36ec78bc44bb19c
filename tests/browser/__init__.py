"""The report as a browser shows and prints it: headless Chromium, without a network."""
