"""The settings of the server: the only package that reads the environment and the command line."""

from settings.command_line import flag, parser, read, table, variable
from settings.machine import on_space, on_zero_gpu
from settings.options import Settings

__all__ = ["Settings", "flag", "on_space", "on_zero_gpu", "parser", "read", "table", "variable"]
