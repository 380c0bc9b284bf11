"""The only code that changes anything about plebiscites. One function per use case."""
