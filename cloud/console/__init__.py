"""The page that operators see: static files, no build step, no third-party code."""
