"""`verify.py`: the program that goes into every audit bundle. It imports nothing of this platform."""
