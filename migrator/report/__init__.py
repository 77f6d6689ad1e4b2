"""What the program says: the records of a run, and one file a format, each a function from those to text.

Nothing here prints, reads a file or asks; everything passes through a `mask.Mask` on its way out.
"""
