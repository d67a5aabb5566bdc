"""Interlock: a compiler for workflows planned by language models."""

__version__ = "0.1.0"
