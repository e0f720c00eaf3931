"""The same app, but every model is loaded before the page is served: `python -m bench.load_first`, with its options.

It is what `bench.start` measures beside the app, for most demos load their models when they are imported.
"""

import sys

import app
import model_setup
import settings
from server.serving import serve_until_terminated

if __name__ == "__main__":
    chosen = settings.read(sys.argv[1:])
    cache = model_setup.make_cache(chosen)
    model_setup.preload(cache)
    serve_until_terminated(app.serve(cache, chosen), chosen.drain)
