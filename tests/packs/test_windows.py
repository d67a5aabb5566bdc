import pytest

from interlock.registry.packs.windows import window_columns


@pytest.mark.parametrize("text", window_columns.examples)
def test_examples(text, run_example):
    run_example(window_columns, text)
