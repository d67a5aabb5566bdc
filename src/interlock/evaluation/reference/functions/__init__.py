"""The functions of the language, by family; each row says how a function is called and what it computes."""
