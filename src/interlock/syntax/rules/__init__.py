"""The rules of form, one a file: a module holds a `RULE`, its page (the docstring) and the words it is reported in."""
