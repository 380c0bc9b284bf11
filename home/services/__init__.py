"""What changes state here: letters and newsletters."""
