"""Printing a program: one target a file. A target sees a `Program` and never a plan."""
