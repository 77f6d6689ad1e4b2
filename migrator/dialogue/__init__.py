"""`migrate` at a terminal: what was found, the questions, the changes with their reasons, and the choice to write.

Nothing here is imported where nobody is asked: questionary and rich take longer to load than a whole `check`.
"""

from __future__ import annotations

from migrator.dialogue.conversation import hold

__all__ = ["hold"]
