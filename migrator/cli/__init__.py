"""From the command line to an exit code: the options, the commands, and what they print and write."""
