"""Tags of contests and votes."""
