"""`verify.py` goes into every audit bundle. It imports nothing of this platform."""
