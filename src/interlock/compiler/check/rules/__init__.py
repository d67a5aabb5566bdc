"""The rules, one a file. A rule's docstring is its page; `interlock explain CODE` prints it."""
