"""What published texts link to: found here, tried there, told by the report for editors."""
