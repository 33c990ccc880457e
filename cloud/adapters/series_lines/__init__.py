"""Time-series stores that take lines over HTTP: InfluxDB 1 to 3 and victoria-metrics."""

from cloud.adapters.series_lines.influx import InfluxSeries
from cloud.adapters.series_lines.victoria import VictoriaSeries

__all__ = ["InfluxSeries", "VictoriaSeries"]
