"""The default gesture model: from pictures of gestures to a Teachable Machine pose export.

Pictures → PoseNet → shoulders → crop → PoseNet outputs → a small dense head. The kiosk does the same with the
same numbers in the browser, so what is learnt here holds there.
"""

GESTURES = ("CAPTURE", "O", "X", "IDLE")
"""The labels, in the order of the model's outputs."""
