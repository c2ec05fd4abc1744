"""Pairs of photos: from which distance on two faces are of two people, measured.

A list of pairs goes in; the people are dealt to two halves that share nobody; the threshold is chosen on one
half and judged on the other.
"""
