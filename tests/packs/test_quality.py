import pytest

from interlock.registry.node import NodeType
from interlock.registry.packs import quality

NODES = [each for each in vars(quality).values() if isinstance(each, NodeType)]


@pytest.mark.parametrize(("node", "text"), [(node, text) for node in NODES for text in node.examples])
def test_examples(node, text, run_example):
    run_example(node, text)
