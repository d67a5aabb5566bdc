"""The phrases of the built-in node types, a module for each part of their work; `interlock.registry.says` reads them."""
