"""The nouns: plans, types, expressions, programs, artifacts, diagnostics. Imports nothing above itself."""
