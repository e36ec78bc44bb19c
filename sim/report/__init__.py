"""The one-page report of a comparison: numbers and words (`model`), then one HTML file (`page`)."""
