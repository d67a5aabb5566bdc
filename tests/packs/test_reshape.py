import pytest

from interlock.registry.packs.reshape import pivot, unpivot


@pytest.mark.parametrize(("node", "text"), [(node, text) for node in (pivot, unpivot) for text in node.examples])
def test_examples(node, text, run_example):
    run_example(node, text)
