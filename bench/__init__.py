"""Side-by-side measurements: quality and speed against rivals in the same run."""
