"""One package per task: its adapter, its result types, and what only this task needs."""
