"""A passive liveness model by manifest: one look at a face, and how alive it is. No model comes with the project."""
