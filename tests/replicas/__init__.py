"""Tests of the replicas, most without Ray."""
