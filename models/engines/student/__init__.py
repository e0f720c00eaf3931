"""The Firefox Translations student on OpenVINO, with continuous batching."""
