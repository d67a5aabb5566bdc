"""What plans mean, once more: interpreted in plain Python, row by row, from the documentation alone.

It shares no code with what it judges: no SQL engine, no parser, binder or typing of `ir.expressions`.
"""
