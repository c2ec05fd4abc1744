"""Smaller copies of the embedding networks, pruned or with coarser weights, and what each costs."""
