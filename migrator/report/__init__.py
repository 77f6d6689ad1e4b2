"""Output: the records of a run, and one module per format, each a function from records to text.

Nothing here prints, reads a file or asks; all text passes through a `mask.Mask` on its way out.
"""
