"""Encoders on OpenVINO, for CPUs."""
