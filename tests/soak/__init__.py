"""Campaigns: each tries something many times, on real servers, and counts the failures.

A campaign is a package in this directory. Its `CAMPAIGN` declares what it tries, its pass mark and
its servers; `python -m soak.<name> SHARE` runs that share of it, and prints a `Tally`.
"""
