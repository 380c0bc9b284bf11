"""The admin of letters and newsletters."""
