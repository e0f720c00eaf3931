"""Tables: reading them from files, running a task over their rows, and exporting the results."""
