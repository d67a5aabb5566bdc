"""How plans are written: YAML and JSON with positions, diagnostics as people read them, and drawings of graphs."""
