"""What the server uses of the inside of Gradio, one by one."""
