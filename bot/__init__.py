"""askwhy: bot."""
