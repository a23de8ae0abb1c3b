EQUAL = {}
