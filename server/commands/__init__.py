"""What ``python -m server`` can do, one module each."""
