"""The audit bundle: everything by which anybody can check and recount a vote, in one zip file.

Pure: `writing.write` takes plain values and knows no database, so that the same values give the
same bytes under every Python. What stands in each file is stated in docs/counting.md;
`plebiscite/verifier/verify.py` reads it and was written from there.
"""
