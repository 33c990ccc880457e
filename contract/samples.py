"""Periodic measurements in columns: many instants, one list of values per series. Losing one is a gap, never a wrong bill."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from contract.model import Model

SeriesName = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z0-9_-]+)?$", max_length=48)]
"""`measurement_field` or `measurement_field.part`, for example `socket_w.1`; see contract/series.py."""

LONGEST = 200
"""Instants in one batch; a batch of 50 costs 15 bytes a sample in columns and gzip."""


class Samples(Model):
    """`ago_s` seconds before the envelope's `at` for each instant, oldest first; each column has as many values; null is no value."""

    ago_s: list[Annotated[float, Field(ge=0, le=1e7)]] = Field(min_length=1, max_length=LONGEST)
    columns: dict[SeriesName, list[float | None]] = Field(max_length=64)

    @model_validator(mode="after")
    def _columns_are_as_long_as_time(self) -> Self:
        for name, values in self.columns.items():
            if len(values) != len(self.ago_s):
                raise ValueError(f"column {name} has {len(values)} values for {len(self.ago_s)} instants")
        return self
