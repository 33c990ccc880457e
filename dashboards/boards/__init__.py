"""The dashboards, one a file. Numbers of panels are for ever."""

from dashboards.boards import alarms, charging, door, fleet, map, platform, rollout, station, water

BOARDS = (fleet.BOARD, map.BOARD, station.BOARD, door.BOARD, water.BOARD, charging.BOARD, rollout.BOARD, alarms.BOARD, platform.BOARD)
