"""Pure rules of the cloud: no clock, thread, database or network."""
