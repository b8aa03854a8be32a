"""Draws docs/dashboard.png from the rows that `go run ./bench grafana --results DIR` keeps: python3 docs/draw_dashboard.py DIR.

Needs matplotlib. The layout is that of docker/grafana/dashboards/log-stream.json."""
import csv
import datetime
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.dates as dates
import matplotlib.pyplot as plt

folder = sys.argv[1]


def rows(name):
    with open(f"{folder}/{name}.csv", newline="") as f:
        return list(csv.DictReader(f))


def at(row):
    return datetime.datetime.fromtimestamp(float(row["time"]), datetime.timezone.utc)


plt.style.use("dark_background")
plt.rcParams.update({"font.size": 8, "axes.titlesize": 9, "axes.titlelocation": "left"})
page = plt.figure(figsize=(13, 8), layout="constrained")
grid = page.add_gridspec(4, 12, height_ratios=[0.55, 2, 2, 2.6])

stats = [("Events", "events", "events", "{:,.0f}"), ("Errors", "errors", "errors", "{:.2f} %"),
         ("Slowest 1 % take longer than", "slowest-1-%-take-longer-than", "p99", "{:.0f} ms"), ("Applications", "applications", "applications", "{:.0f}")]
for i, (title, name, column, form) in enumerate(stats):
    box = page.add_subplot(grid[0, 3 * i:3 * i + 3])
    box.set_title(title)
    box.text(0.5, 0.45, form.format(float(rows(name)[0][column])), ha="center", va="center", fontsize=20, color="#73bf69")
    box.set_xticks([])
    box.set_yticks([])


def series(place, title, name, value, stacked=False):
    box = page.add_subplot(place)
    box.set_title(title)
    lines = {}
    for r in rows(name):
        lines.setdefault(r["metric"], {})[at(r)] = float(r[value])
    times = sorted({t for line in lines.values() for t in line})
    if stacked:
        box.stackplot(times, [[line.get(t, 0) for t in times] for line in lines.values()], labels=list(lines), alpha=0.8)
    else:
        for label, line in lines.items():
            box.plot(times, [line.get(t, 0) for t in times], label=label, linewidth=1)
    box.xaxis.set_major_formatter(dates.DateFormatter("%H:%M"))
    box.legend(loc="upper left", ncols=4, fontsize=6)


series(grid[1, 0:6], "Rate by level", "rate-by-level", "events", stacked=True)
series(grid[1, 6:12], "Errors by application", "errors-by-application", "errors")

box = page.add_subplot(grid[2, 0:6])
box.set_title("Latency percentiles (ms)")
latency = rows("latency-percentiles")
for column in ("p50", "p95", "p99"):
    box.plot([at(r) for r in latency], [float(r[column]) for r in latency], label=column, linewidth=1)
box.xaxis.set_major_formatter(dates.DateFormatter("%H:%M"))
box.legend(loc="upper left", ncols=3, fontsize=6)


def table(place, title, head, lines, widths):
    box = page.add_subplot(place)
    box.set_title(title)
    box.axis("off")
    t = box.table(cellText=lines, colLabels=head, loc="upper left", cellLoc="left", colWidths=widths)
    t.auto_set_font_size(False)
    t.set_fontsize(7)
    for cell in t.get_celld().values():
        cell.set_facecolor("#181b1f")
        cell.set_edgecolor("#2c3235")
        cell.set_text_props(color="#d8d9da")


slow = rows("slowest-paths")[:9]
table(grid[2, 6:12], "Slowest paths", ["Path", "Requests", "Mean", "p95", "Failed"],
      [[r["Path"], r["Requests"], f"{float(r['Mean']):.0f} ms", f"{float(r['p95']):.0f} ms", r["Failed"]] for r in slow], [0.44, 0.14, 0.14, 0.14, 0.14])
newest = rows("newest-errors")[:13]
table(grid[3, :], "Newest errors", ["time", "message", "application", "status", "exception"],
      [[r["time"][11:23], r["body"], r["application"], r["status"], r["exception"].split("\n")[0][:70]] for r in newest], [0.09, 0.42, 0.1, 0.06, 0.33])

page.savefig("docs/dashboard.png", dpi=110)
