"""The monitor: takes in what stations say, remembers it, shows it, and tells stations who has a right."""
