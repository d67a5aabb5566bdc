"""How the built-in node types are drawn, by family; a node type that is in none of them is drawn by its kinds."""
