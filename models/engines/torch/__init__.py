"""Models in PyTorch: on GPUs, and wherever attention weights, gradients or perplexity are needed."""
