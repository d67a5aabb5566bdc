"""What a call may cost and did cost, and whether a budget allows it: decided before the call."""

from __future__ import annotations

from decimal import Decimal

from interlock.planning.account import Account
from interlock.planning.prompt import Prompt
from interlock.planning.settings import ModelSettings

MARGIN = 1.3
"""How many times its estimate a prompt is taken to count, where a budget must not be passed."""


def price(settings: ModelSettings, input_tokens: int, output_tokens: int) -> float | None:
    """US dollars for so many tokens, or None where no price is known."""
    if settings.input_price is not None and settings.output_price is not None:
        return (input_tokens * settings.input_price + output_tokens * settings.output_price) / 1_000_000
    if settings.base_url is not None or settings.provider == "ollama":
        return None  # an endpoint of one's own: the price list knows another's prices
    try:
        from genai_prices import Usage, calc_price

        found = calc_price(
            Usage(input_tokens=input_tokens, output_tokens=output_tokens),
            settings.model_name,
            provider_id=settings.provider,
        ).total_price
    except (ImportError, LookupError):
        return None
    return float(Decimal(found))


def refusal(
    settings: ModelSettings, prompt: Prompt, account: Account, max_cost: float | None, max_tokens: int | None
) -> str | None:
    """Why the budget does not allow this call, or None. The longest answer that the model may give is counted."""
    reading = round(prompt.tokens * MARGIN)
    if max_tokens is not None:
        needed = account.tokens + reading + settings.max_answer_tokens
        if needed > max_tokens:
            return (
                f"the budget of {max_tokens:,} tokens does not allow a call of up to {needed:,} "
                f"({reading:,} to read, {settings.max_answer_tokens:,} to answer"
                + (f", {account.tokens:,} spent" if account.tokens else "")
                + ")"
            )
    if max_cost is not None:
        most = price(settings, reading, settings.max_answer_tokens)
        spent = account.cost
        if most is None or spent is None:
            return (
                f"the price of `{settings.model}` is not known, so the budget of ${max_cost:g} cannot be kept; "
                "say `input_price` and `output_price` in its settings (0 for a model that costs nothing)"
            )
        if spent + most > max_cost:
            already = f" after ${spent:.4f}" if spent else ""
            return f"the budget of ${max_cost:g} does not allow a call of up to ${most:.4f}{already}"
    return None
