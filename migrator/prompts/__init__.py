"""The interactive session: what was found, the questions, the changes with their reasons, and saved answers.

The conversation is only imported if a person is asked: questionary and rich take longer to load than a whole `check`.
"""
