from core.ports import DemoReport


def load(report: DemoReport) -> None:
    report("nothing yet")
