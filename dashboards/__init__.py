"""Grafana as code: what operators look at, written from plain data. Reads names from contract/series.py, touches nothing else.

dashboards/json and dashboards/provisioning are what Grafana is given; `./kiosk check --fix` writes them anew.
"""
