"""What every model and task shares: specs, the cache, devices, progress and cancellation, limits, batches."""
