"""What the station must do, told as scenarios on the twin: one thread, a clock that the scenario moves, milliseconds each.

Safety rules are plain functions `check_...(bench)`, so that a sabotage twin can run the same one with the rule taken out.
"""
