"""What the server uses of Gradio beyond its documented interface, each with the public way that does not serve.

A module for each subject. `tests/server/gradio_compat` has a test for each attribute that is relied on, which fails by
its name when Gradio changes it. `demos.gradio_compat` is the page's part.

Mounting the page on a FastAPI app of our own (`gr.mount_gradio_app`) would remove none of this: the queue, the
sessions and the import of Gradio are the same there, and `launch` already takes our routes, middleware and lifespan. It
would add code for what `launch` does itself: the tunnel of --share, the checks of the address, Spaces.
"""
