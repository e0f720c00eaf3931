"""Tests of `documents`, over files that are made here."""
