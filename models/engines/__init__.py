"""Inference engines: one interface, and one package for each engine behind it."""

import sys

# OpenVINO reports each import and each conversion to Google Analytics, each report from a fork of this process, unless
# this package is missing. It has no setting for that but a file in the user's home.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
