"""Running artifacts. This room never sees the compiler: all it gets is an artifact."""
