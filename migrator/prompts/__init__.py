"""Asking a person: what was found, the questions, the changes with their reasons, and answers kept.

The conversation is not imported where nobody is asked: questionary and rich take longer to load than a whole `check`.
"""
