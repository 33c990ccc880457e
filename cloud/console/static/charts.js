// Small SVG charts of 24 hours. Each says in words what it shows; gaps stay gaps.

import { s } from "./dom.js";

const HOUR = 3600e3, LEFT = 52, RIGHT = 8, TOP = 10;

// gaps: [{from, to, why, text}]: shaded, with words where there is room for them and always as a title
function shade(chart, x, gaps, left, right, top, bottom) {
  for (const gap of gaps) {
    const begin = Math.max(x(gap.from), left), end = Math.min(x(gap.to), right);
    if (end - begin < 1) continue;
    const bar = s("g", { class: `gap ${gap.why}` }, s("rect", { x: begin, y: top, width: end - begin, height: bottom - top }), s("title", {}, gap.text));
    if (end - begin > gap.short.length * 7) bar.append(s("text", { x: (begin + end) / 2, y: top + 14, "text-anchor": "middle" }, gap.short));
    chart.append(bar);
  }
}

function frame(width, height, label, from, to, left = LEFT) {
  const x = (ms) => left + ((ms - from) / (to - from)) * (width - left - RIGHT);
  const chart = s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const step = to - from > 6 * HOUR ? HOUR : HOUR / 6;
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const when = new Date(at), hour = when.getHours();
    if (step < HOUR || hour % 3 === 0) {
      chart.append(s("line", { class: "grid", x1: x(at), x2: x(at), y1: TOP, y2: height - 20 }));
      if (x(at) < width - 20) chart.append(s("text", { x: x(at), y: height - 5, "text-anchor": "middle" }, `${String(hour).padStart(2, "0")}:${String(when.getMinutes()).padStart(2, "0")}`));
    }
  }
  return { chart, x };
}

function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((top) => top >= value);
}

function scale(chart, width, height, top) {
  const y = (value) => height - 20 - (value / top) * (height - 20 - TOP);
  for (const part of [0, 0.5, 1]) {
    chart.append(s("line", { class: part ? "grid" : "axis", x1: LEFT, x2: width - RIGHT, y1: y(top * part), y2: y(top * part) }));
    chart.append(s("text", { x: LEFT - 8, y: y(top * part) + 4, "text-anchor": "end" }, (top * part).toLocaleString("en")));
  }
  return y;
}

// hours: [[start ms, value]], each `bin` ms wide
export function bars(hours, bin, from, to, gaps, label, title) {
  const width = 620, height = 200, { chart, x } = frame(width, height, label, from, to);
  shade(chart, x, gaps, LEFT, width - RIGHT, TOP, height - 20);
  const y = scale(chart, width, height, niceTop(Math.max(...hours.map(([, value]) => value), 1)));
  for (const [at, value] of hours.filter(([, value]) => value > 0)) {
    const left = Math.max(x(at), LEFT) + 2, right = Math.min(x(at + bin), width - RIGHT) - 2;
    chart.append(s("rect", { class: "bar-of", x: left, y: y(value), width: Math.max(right - left, 2), height: height - 20 - y(value), rx: 2 }, s("title", {}, title(at, value))));
  }
  return chart;
}

// lines: [{name, points: [[ms, value|null]]}]; a hole longer than `gap` ms is not bridged
export function lines(all, from, to, gap, gaps, label) {
  const width = 620, height = 200, { chart, x } = frame(width, height, label, from, to);
  shade(chart, x, gaps, LEFT, width - RIGHT, TOP, height - 20);
  const y = scale(chart, width, height, niceTop(Math.max(...all.flatMap((one) => one.points.map(([, value]) => value ?? 0)), 10)));
  all.forEach((one, index) => {
    let path = "", before = -Infinity;
    for (const [at, value] of one.points) {
      if (value === null) continue;
      path += `${at - before > gap ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      before = at;
    }
    chart.append(s("path", { class: `line ${["", "second", "third"][index % 3]}`, d: path }));
  });
  return chart;
}

// lanes: [{name, ticks: [{at, tone, text}], spans: [{from, to, tone, text}]}]
export function lanes(all, from, to, gaps, label) {
  const width = 1280, step = 34, height = TOP + all.length * step + 24, left = LEFT + 30, { chart, x } = frame(width, height, label, from, to, left);
  const clamp = (ms) => Math.min(Math.max(x(ms), left), width - RIGHT);
  all.forEach((lane, index) => chart.append(s("rect", { class: "blank", x: left, y: TOP + index * step + 6, width: width - left - RIGHT, height: step - 12, rx: 4 })));
  shade(chart, x, gaps, left, width - RIGHT, TOP, height - 24);
  all.forEach((lane, index) => {
    const top = TOP + index * step;
    chart.append(s("text", { class: "lane-name", x: 0, y: top + step / 2 + 5 }, lane.name));
    for (const span of lane.spans) {
      const begin = clamp(span.from), end = clamp(span.to);
      chart.append(s("rect", { class: `span ${span.tone}`, x: begin, y: top + 9, width: Math.max(end - begin, 2), height: step - 18, rx: 2 }, s("title", {}, span.text)));
    }
    for (const tick of lane.ticks) {
      const at = clamp(tick.at);
      const mark = tick.tone ? s("path", { class: `tick ${tick.tone}`, d: `M${at - 4} ${top + 13}l8 8m0 -8l-8 8` }) : s("line", { class: "tick", x1: at, x2: at, y1: top + 9, y2: top + step - 9 });
      mark.append(s("title", {}, tick.text));
      chart.append(mark);
    }
  });
  return chart;
}

export function legend(name, index) {
  const key = s("svg", { viewBox: "0 0 26 8", class: "chart", "aria-hidden": "true" }, s("path", { class: `line ${["", "second", "third"][index % 3]}`, d: "M0 4H26" }));
  return [key, name];
}
