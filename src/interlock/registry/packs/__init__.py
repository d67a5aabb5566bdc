"""The built-in node types, one module a family."""
