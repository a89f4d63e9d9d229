"""Measures the toolchain on this machine, beside the tools that it competes with."""
