EQUAL = {
    (
        "shift_kernel",
        "line 4: return kernel -> return _whole(kernel)",
    ): "a kernel of zeros and a one",
}
