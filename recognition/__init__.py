"""Face recognition: an image goes in, faces and identities come out.

No web framework, no database, no environment variables. `recognition.engine.FaceEngine` is what the rest of
the house constructs; it wires the other modules.
"""
