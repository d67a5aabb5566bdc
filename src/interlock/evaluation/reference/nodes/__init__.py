"""What every built-in node type gives, interpreted in plain Python: one module for each family."""
