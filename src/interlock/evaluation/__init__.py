"""How good Interlock is, measured: cases that nobody wrote, a reference that shares no code with the engine, oracles."""
