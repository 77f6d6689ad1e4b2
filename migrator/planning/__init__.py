"""From a file to its plan, and from the plan to the new text: what applies, what to ask, what changes."""
