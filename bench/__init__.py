"""Measures the speed of the toolchain on this machine, and of the tools that it competes with."""
