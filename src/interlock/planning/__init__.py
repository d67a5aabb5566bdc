"""From a task in words to proposed plans: what a model is shown, how it is asked, what it answered, what is remembered.

Planning proposes and never judges: whether a plan is any good is for the checks to say, and `interlock.api` composes both.
"""
