"""What edge and cloud must agree on: validation and encoding only, no input or output."""
