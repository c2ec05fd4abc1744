"""Looking an installation over: is everything there that serving needs, and does it fit together?"""
