"""What the commission and its clerks see."""
