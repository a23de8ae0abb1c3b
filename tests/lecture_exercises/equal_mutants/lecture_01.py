ANY_WIDTH = "any number of hidden units within the budget is right"

EQUAL = {
    ("small_network", "line 4: 32 -> 31"): ANY_WIDTH,
    ("small_network", "line 4: 32 -> 33"): ANY_WIDTH,
}
