"""Requests in the words of three writers who did not know the phrases, with the results that they worked out by hand."""
