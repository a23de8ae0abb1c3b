"""The words that appear in pictures. Who translates the course changes this table only."""

LABELS = {
    # axes
    "sample": "sample",
    "value": "value",
    "row": "row",
    "column": "column",
    "epoch": "epoch",
    "class": "class",
    "probability": "probability",
    "predicted": "predicted",
    "true": "true",
    # legends
    "training": "training",
    "validation": "validation",
    "accuracy": "accuracy",
    "loss": "loss",
    "true class": "✓ true class",
    "wrong prediction": "✗ predicted",
    "wrong predictions": "✗ predicted (true)",
    # a sliding kernel
    "signal": "signal",
    "image": "image",
    "kernel": "kernel",
    "output": "output",
    "times kernel": "× kernel",
    "equals products": "= products",
    "sum is output": "sum → output",
    # response maps
    "response": "response",
    # the buttons of the player, by the names that matplotlib gives them
    "Decrease speed": "slower",
    "First frame": "first picture",
    "Previous frame": "previous picture",
    "Play backwards": "play backwards",
    "Pause": "pause",
    "Play": "play",
    "Next frame": "next picture",
    "Last frame": "last picture",
    "Increase speed": "faster",
    "Repetition mode": "at the end",
    "Once": "stop",
    "Loop": "start again",
    "Reflect": "run back",
}
