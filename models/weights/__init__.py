"""The files of models: downloads, hashes, the lock file and file formats."""
