"""Speed and accuracy by one command each: `python -m benchmarks NAME --json FILE`."""
