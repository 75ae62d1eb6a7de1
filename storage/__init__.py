"""askwhy: storage."""
