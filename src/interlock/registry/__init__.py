"""What plans can use: node types, the `@node` decorator, parameter kinds, and the packs of built-in nodes."""
