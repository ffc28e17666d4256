// Draws what waits for each service, and what it does a second, with uPlot; the points come with the part they stand in.
(() => {
  "use strict";
  const SERVICES = ["intake", "screening", "notify", "console"];
  const charts = new Map();

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Every time on these pages is UTC, and of a quarter of an hour nobody asks the day.
  const clock = (at, step) => new Date(at * 1000).toISOString().slice(11, step < 60 ? 19 : 16);
  const short = (n) => (n === null || n === undefined ? "" : Intl.NumberFormat("en", { notation: "compact" }).format(n));

  const options = (holder) => ({
    width: holder.clientWidth,
    height: 170,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, least, most) => [0, Math.max(most || 0, 1) * 1.08] } },
    axes: [
      { stroke: colour("--quiet"), grid: { show: false }, ticks: { stroke: colour("--line") }, size: 34, values: (_, ticks, __, ___, step) => ticks.map((at) => clock(at, step)) },
      { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, size: 52, values: (_, ticks) => ticks.map(short) },
    ],
    series: [{}, ...SERVICES.map((name) => ({ label: name, stroke: colour(`--service-${name}`), width: 2, points: { show: false } }))],
  });

  const draw = () => {
    const told = document.getElementById("points");
    if (!told) return;
    const points = JSON.parse(told.dataset.points);
    if (points.at.length < 2) return;
    for (const holder of document.querySelectorAll("[data-chart]")) {
      const data = [points.at, ...points[holder.dataset.chart]];
      const chart = charts.get(holder);
      if (chart) chart.setData(data);
      else charts.set(holder, new uPlot(options(holder), data, holder));
    }
  };

  const again = () => {
    for (const chart of charts.values()) chart.destroy();
    charts.clear();
    draw();
  };

  addEventListener("resize", () => charts.forEach((chart, holder) => chart.setSize({ width: holder.clientWidth, height: 170 })));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("htmx:afterSwap", draw);
  draw();
})();
