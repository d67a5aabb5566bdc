"""Thin doors on the library: no logic here."""
