"""Wrong answers to the exercises of lecture 01, and what the student is told about each."""

WRONG = {
    "dense_parameters": [
        ("def dense_parameters(inputs, units):\n    return inputs * units", "the weights alone"),
        (
            "def dense_parameters(inputs, units):\n    return inputs * units + inputs",
            "not one for each input",
        ),
        (
            "def dense_parameters(inputs, units):\n    return inputs * units + 1",
            "not one for the whole layer",
        ),
        ("def dense_parameters(inputs, units):\n    return inputs + units", "how many pairs"),
        ("def dense_parameters(inputs, units):\n    return 401920", "your result is 401920"),
        (
            "def dense_parameters(inputs, units):\n    total = (inputs + 1) * units",
            "returned nothing",
        ),
    ],
    "softmax": [
        (
            "def softmax(logits):\n    return np.exp(logits) / np.sum(np.exp(logits))",
            "which number would you subtract",
        ),
        ("def softmax(logits):\n    return np.exp(logits)", "do not sum to 1"),
        ("def softmax(logits):\n    return logits / np.sum(logits)", "Apply `np.exp` first"),
        (
            "def softmax(logits):\n    return np.exp(logits - np.max(logits))",
            "the largest is 1 now",
        ),
        (
            "def softmax(logits):\n"
            "    powers = np.exp(np.clip(logits, -500, 500))\n"
            "    return powers / np.sum(powers)",
            "your result is .*, but .* is expected",
        ),
        (
            "def softmax(logits):\n"
            "    powers = np.exp(logits)\n"
            "    return powers / (np.sum(powers) + 1e-9)",
            r"logits .*: your result is \[nan",
        ),
    ],
    "accuracy": [
        (
            "def accuracy(probabilities, labels):\n"
            "    return np.mean(probabilities.max(axis=1) == labels)",
            "no answer is right",
        ),
        (
            "def accuracy(probabilities, labels):\n"
            "    return np.mean(probabilities.argmax(axis=0) == labels)",
            "Along which axis",
        ),
        (
            "def accuracy(probabilities, labels):\n"
            "    return np.sum(probabilities.argmax(axis=1) == labels)",
            "which share of the",
        ),
        (
            "def accuracy(probabilities, labels):\n"
            "    return np.mean(probabilities.argmax(axis=1) != labels)",
            "the share of the wrong answers",
        ),
        (
            "def accuracy(probabilities, labels):\n"
            "    return 100 * np.mean(probabilities.argmax(axis=1) == labels)",
            "in percent",
        ),
        (
            "def accuracy(probabilities, labels):\n"
            "    return np.mean(probabilities[np.arange(len(labels)), labels])",
            "the mean probability of the right class",
        ),
        (
            "def accuracy(probabilities, labels):\n    return probabilities.argmax(axis=1) == labels",
            "One number is asked for",
        ),
    ],
    "shift": [
        (
            "def shift(image, dx, dy):\n    return np.roll(image, (dy, dx), axis=(0, 1))",
            "came back on the other",
        ),
        (
            "def shift(image, dx, dy):\n"
            "    padded = np.pad(image, 3)\n"
            "    return padded[3 - dx : 8 - dx, 3 - dy : 8 - dy]",
            "are exchanged: the columns",
        ),
        (
            "def shift(image, dx, dy):\n"
            "    padded = np.pad(image, 3)\n"
            "    return padded[3 + dy : 8 + dy, 3 + dx : 8 + dx]",
            "the other way",
        ),
        (
            "def shift(image, dx, dy):\n"
            "    padded = np.pad(image, 3)\n"
            "    return padded[3 + dy : 8 + dy, 3 - dx : 8 - dx]",
            "up and down are exchanged",
        ),
        (
            "def shift(image, dx, dy):\n"
            "    moved = np.zeros_like(image)\n"
            "    height, width = image.shape\n"
            "    moved[dy:, dx:] = image[: height - dy, : width - dx]\n"
            "    return moved",
            "two parts differ in size",
        ),
        (
            "def shift(image, dx, dy):\n"
            "    return np.pad(image, ((max(dy, 0), 0), (max(dx, 0), 0)))",
            "the shape is",
        ),
        ("def shift(image, dx, dy):\n    return image", "did not move"),
    ],
    "small_network": [
        (
            "small_network = keras.Sequential([\n"
            "    keras.Input((784,)),\n"
            "    keras.layers.Dense(64, activation='relu'),\n"
            "    keras.layers.Dense(10, activation='softmax'),\n"
            "])",
            "has 50,890 parameters, the budget is 30,000",
        ),
        (
            "small_network = keras.Sequential([\n"
            "    keras.Input((784,)),\n"
            "    keras.layers.Dense(32, activation='relu'),\n"
            "    keras.layers.Dense(10),\n"
            "])",
            "They must be probabilities",
        ),
        (
            "small_network = keras.Sequential([\n"
            "    keras.Input((784,)),\n"
            "    keras.layers.Dense(32),\n"
            "    keras.layers.Dense(10, activation='softmax'),\n"
            "])",
            "no more than one linear layer",
        ),
        (
            "small_network = keras.Sequential([\n"
            "    keras.layers.Dense(32, activation='relu'),\n"
            "    keras.layers.Dense(10, activation='softmax'),\n"
            "])",
            "does not know its input",
        ),
        (
            "small_network = keras.Sequential([\n"
            "    keras.Input((28, 28)),\n"
            "    keras.layers.Dense(32, activation='relu'),\n"
            "    keras.layers.Dense(10, activation='softmax'),\n"
            "])",
            r"The input has the shape \(None, 28, 28\)",
        ),
        (
            "small_network = keras.Sequential([\n"
            "    keras.Input((784,)),\n"
            "    keras.layers.Dense(32, activation='relu'),\n"
            "    keras.layers.Dense(1, activation='sigmoid'),\n"
            "])",
            r"The output has the shape \(None, 1\)",
        ),
        (
            "small_network = [\n"
            "    keras.layers.Dense(32, activation='relu'),\n"
            "    keras.layers.Dense(10, activation='softmax'),\n"
            "]",
            "A Keras model is expected, but this is list",
        ),
    ],
}
