"""Side-by-side measurements: quality and speed against rivals in the same run."""

# First of all, as at a start of the app: it sets what OpenMP reads when torch is imported.
import app as app
