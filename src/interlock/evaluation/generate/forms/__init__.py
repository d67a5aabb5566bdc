"""How the data of a source is written: one module for each kind of source, from a table to parameters and bytes.

A form can write any table again, a smaller one too: that is how a failing case shrinks.
"""
