"""Sabotage twins: the scenarios of tests/scenarios with one safety rule taken out; each must turn red, or it proves nothing.

The rule is taken out of the class for the length of one test, by pytest's monkeypatch: the only place where a test changes our
own code. Checks that only a sabotage twin needs are in checks.py.
"""
