"""The lock files that Nix reads, made by apt and uv from what the machine is configured for.

Belongs to the extra `lock`: it exists only where `please_cli[lock]` was asked for.
"""
