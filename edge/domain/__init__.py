"""Pure rules: no clock, thread, file, pin, socket or log. `now` is monotonic seconds and comes in as an argument."""
