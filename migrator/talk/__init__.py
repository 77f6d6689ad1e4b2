"""What the program says: one file a format, each a function from the records of `migrator.report` to text.

Nothing here prints, reads a file or asks; everything passes through a `mask.Mask` on its way out.
"""
