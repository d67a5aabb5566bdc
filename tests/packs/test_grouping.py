import pytest

from interlock.registry.packs.grouping import aggregate, describe, rank_rows, top_n


@pytest.mark.parametrize(("node", "text"), [(node, text) for node in (aggregate, describe, rank_rows, top_n) for text in node.examples])
def test_examples(node, text, run_example):
    run_example(node, text)
