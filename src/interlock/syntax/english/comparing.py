"""The words of comparisons, as people say them, and the operators that they mean."""

from __future__ import annotations

COMPARISONS: tuple[tuple[str, str], ...] = tuple(
    (phrase, sign)
    for sign, phrases in {
        ">": "greater than|more than|bigger than|larger than|higher than|above|over|exceeds|exceed|exceeding|exceeded|>|in excess of|gt|"
        "strictly greater than|strictly more than|strictly above",
        ">=": "at least|no less than|not less than|not lower than|not below|not under|greater than or equal to|greater or equal to|"
        "greater than or equals|more than or equal to|equal to or greater than|equal or greater than|equal to or more than|equals or exceeds|equals or is above|>=|≥|a minimum of|"
        "minimum of|no fewer than|not fewer than|higher than or equal to|gte|at or above|larger than or equal to|no lower than",
        "<": "less than|lower than|smaller than|fewer than|below|under|beneath|<|lt|strictly less than|strictly below",
        "<=": "at most|no more than|not more than|not above|not over|not greater than|not exceeding|no greater than|less than or equal to|"
        "less or equal to|equal to or less than|equal or less than|up to|a maximum of|maximum of|<=|≤|lower than or equal to|lte|"
        "at or below|smaller than or equal to|no higher than|does not exceed|do not exceed|doesn't exceed|not higher than",
        "=": "equal to|equals to|equals|equal|exactly|=|==|exactly equal to|set to|the same as|eq",
        "<>": "not equal to|not equals|unequal to|does not equal|do not equal|doesn't equal|!=|<>|≠|other than|different from|"
        "differs from|anything but|not the same as|not equal|different than",
    }.items()
    for phrase in phrases.split("|")
)
"""What is said of numbers, and the operator."""

MOMENTS: tuple[tuple[str, str], ...] = tuple(
    (phrase, sign)
    for sign, phrases in {
        ">": "after|later than|newer than|more recent than",
        ">=": "on or after|since|from|not before|no earlier than|starting|starting from",
        "<": "before|earlier than|older than|prior to",
        "<=": "on or before|until|up to|through|not after|no later than|up to and including",
        "=": "on",
    }.items()
    for phrase in phrases.split("|")
)
"""What is said of dates."""

AFTER_VALUE: tuple[tuple[str, str], ...] = tuple(
    (phrase, sign)
    for sign, phrases in {
        ">=": "or more|or above|or higher|or greater|or over|or larger|and above|and up|and over|and more|and higher|or older|or later|or up|upwards|"
        "or better|or bigger",
        "<=": "or less|or below|or lower|or fewer|or under|or smaller|and below|and under|and less|or younger|or earlier|and lower",
    }.items()
    for phrase in phrases.split("|")
)
"""What is said behind a value: `100 or more`."""

VERBS: tuple[str, ...] = tuple(
    "is|are|was|were|be|being|of|has|have|that is|that are|which is|which are|who are|who is|must be|should be|needs to be|has to be|"
    "has a value|value is|is set|with value|has value|equals to|comes out|lies|lie|it is|they are".split("|")
)
"""Words between a column and what is said of it."""

NOT: tuple[str, ...] = tuple(
    "is not|are not|isn't|aren't|was not|were not|not|must not be|should not be|isnt|arent|is n't".split("|")
)

NULL: tuple[str, ...] = tuple(
    "null|missing|na|a null|a missing value|not set|not filled|not filled in|not present|not there|absent".split("|")
)
NOT_NULL: tuple[str, ...] = tuple(
    "not null|not missing|present|non-null|filled|filled in|has a value|have a value|exists|exist|not absent|is there|nonnull".split(
        "|"
    )
)
EMPTY: tuple[str, ...] = ("empty", "blank")
"""Null too, but only where there can be no empty text."""

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
}  # fmt: skip
