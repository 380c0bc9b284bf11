"""What the commission and its clerks do besides contests and moves."""
