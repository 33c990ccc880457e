"""The guard: a separate tiny process that holds the last word over every output. Needs gpiozero and nothing else."""
