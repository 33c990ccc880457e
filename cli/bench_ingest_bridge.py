"""The baseline of `kiosk bench ingest`: a bridge from MQTT to InfluxDB as people write it today, with paho and influxdb-client, and nothing of ours.

Written as the two libraries' documentation shows it, in its fair form: QoS 1 and a session that is kept, a Point per sample, all points of a
message in one call, the batching WriteApi with its default options (1,000 points or 1 s, 5 retries). paho acknowledges a message when `on_message`
returns, which is before it is written.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import influxdb_client
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

influx: Any = influxdb_client  # it says that it is typed, and is so in parts

def main(port: int, url: str) -> None:
    """Until the input ends. The password is its first line."""
    logging.disable(logging.WARNING)  # each try that fails
    password = sys.stdin.readline().strip()
    store = influx.InfluxDBClient(url=url, token="bench", org="bench")
    write_api = store.write_api(write_options=influx.WriteOptions())

    def on_connect(client: Any, _userdata: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        client.subscribe("ss/v1/+/+/tele", qos=1)

    def on_subscribe(*_: Any) -> None:
        print("ready", flush=True)

    def on_message(_client: Any, _userdata: Any, message: Any) -> None:
        station = message.topic.split("/")[3]
        points = []
        for row in json.loads(message.payload):
            point = influx.Point("sample").tag("station", station)
            if row["part"]:
                point.tag("part", row["part"])
            points.append(point.field(row["field"], row["value"]).time(row["ts"], influx.WritePrecision.MS))
        write_api.write(bucket="bench", record=points)

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="cloud", clean_session=False)
    client.username_pw_set("cloud", password)
    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    client.connect("127.0.0.1", port)
    client.loop_start()
    sys.stdin.read()
    client.loop_stop()
    write_api.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
