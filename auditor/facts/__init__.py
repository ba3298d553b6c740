"""What the audit knows of a stack: frozen, typed, documented, and free of input and output.

One module a surface. A fact carries what was seen and, in ``gaps``, the parts that could not be looked at.
"""
