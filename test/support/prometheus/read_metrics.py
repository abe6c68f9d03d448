"""Reads metrics with the parsers of Prometheus' own Python library.

    python read_metrics.py plain|openmetrics < metrics

prints what was read as JSON. Metrics that it cannot read make it fail, and say why. Called with a folder, it does nothing:
that is how the build of its Python ends.
"""

import json
import math
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as plain

PARSERS = {"plain": plain, "openmetrics": openmetrics}


def main(what: str) -> None:
    if what not in PARSERS:
        return
    families = list(PARSERS[what].text_string_to_metric_families(sys.stdin.read()))
    told = [
        {
            "name": family.name,
            "type": family.type,
            "help": family.documentation,
            "samples": [
                {"name": name, "labels": labels, "value": value if math.isfinite(value) else str(value)}
                for name, labels, value, *_ in family.samples
            ],
        }
        for family in families
    ]
    print(json.dumps(told))


main(sys.argv[1])
