"""Good plans, and what becomes of them when they are broken in every way we can think of."""
