"""The dashboard and the alerts ask for figures that there are."""

import ast
import json
import re
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

from server.gradio_compat.line import Line
from server.metrics import Metrics
from tests import tiny
from tests.replicas.test_config import ROOT

FOLDER = ROOT / "docs" / "monitoring"


def of_the_page() -> set[str]:
    """The samples at `/metrics`."""
    import gradio as gr

    metrics = Metrics()
    with gr.Blocks() as page:
        pass
    metrics.observe(Line(page), tiny.cache().status)
    metrics.ended("sentiment", "done", 0.1)
    metrics.refused("queue")
    families = text_string_to_metric_families(metrics.text().decode())
    return {sample.name for family in families for sample in family.samples}


def of_a_replica() -> set[str]:
    """What Ray exports of a replica, with its own prefix."""
    tree = ast.parse((ROOT / "replicas" / "figures.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "gauge"]
    return {f"ray_glassbox_replica_{ast.literal_eval(call.args[0])}" for call in calls}


def expressions() -> list[str]:
    """What the panels and the alerts ask Prometheus."""
    dashboard = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    alerts = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return panels + [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]


def test_every_figure_is_there() -> None:
    """Of the page and of the replicas, by their whole names; jobs are named as in the documentation."""
    found = of_the_page() | of_a_replica()
    asked = {name for each in expressions() for name in re.findall(r"(?:ray_)?glassbox_\w+", each)}
    assert len(asked) > 10
    assert not asked - found
    jobs = {job for each in expressions() for job in re.findall(r'job="([^"]+)"', each)}
    text = Path(ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    assert all(f"job_name: {job}" in text for job in jobs)
