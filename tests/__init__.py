"""The tests: fast ones on tiny models, `real` ones on the bundled weights, `browser` ones on the page."""
