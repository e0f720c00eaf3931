"""The fault matrix: what strangers and broken machines do to the running app, one case a row, over HTTP.

Each case was seen to fail once with its guard taken away; its docstring or id says which guard, and what happened.
Rows about one part alone stand where that part is tested: sixteen threads in `tests/test_threads.py`, forged control
tokens in `tests/models/test_chat_prompt.py`, markup in `tests/test_contract.py` and the browser tests, broken-off
downloads and two processes in `tests/models/test_weights.py`, many callers of one load in `tests/models/test_cache.py`.
"""
