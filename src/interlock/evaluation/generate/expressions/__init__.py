"""Typed expressions: drawn from the tables of the language, so that every function and operator of it comes up."""
