"""askwhy: surveys."""
