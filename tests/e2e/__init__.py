"""Journeys through the whole program: `askwhy run` as a process of its own, real HTTP, the two fakes on loopback."""
