"""What a frontend serves, clean and with secrets planted in it: for the benchmark, and small for the tests.

Everything is made by chance from a seed: the same for the same, and no file of the repository holds a token.
"""
