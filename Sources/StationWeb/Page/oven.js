// A reflow oven's zones along the belt: setpoints as steps, readings above and below as points.

import { node, setAttribute, setText, shape } from "./document.js";
import { decimalsOf, qualityOf, unitText, valueText } from "./words.js";

/** The zone and side that a signal's name tells: `zone3.top.setpoint`; null for other signals. */
export function zoneOf(name) {
  const match = /^zone_?(\d+)(?:[._](top|bottom))?(?:[._]|$)/.exec(name);
  return match ? { number: Number(match[1]), side: match[2] ?? null } : null;
}

/** The zones in belt order, each with its position and its signals by role and side. */
export function zonesOf(device) {
  const zones = new Map();
  for (const signal of device.signals) {
    const place = zoneOf(signal.name);
    const isSetpoint = signal.role === "setpoint";
    if (!place || (!isSetpoint && signal.role !== "reading")) continue;
    if (signal.quantity && signal.quantity !== "temperature") continue;
    const zone = zones.get(place.number) ?? { number: place.number, setpoint: {}, reading: {} };
    zone.position ??= signal.position;
    const sides = place.side ? [place.side] : isSetpoint ? ["top", "bottom"] : ["top"];
    for (const side of sides) zone[isSetpoint ? "setpoint" : "reading"][side] ??= signal;
    zones.set(place.number, zone);
  }
  const sorted = [...zones.values()].sort((one, other) => one.number - other.number);
  if (sorted.some((zone) => zone.position === undefined)) {
    sorted.forEach((zone, index) => (zone.position = index + 0.5));
  }
  return sorted.sort((one, other) => one.position - other.position);
}

/** Where each zone begins and ends: halfway to its neighbours. */
function bounds(zones) {
  const positions = zones.map((zone) => zone.position);
  const last = positions.length - 1;
  const half = (index) => (positions[index + 1] - positions[index]) / 2;
  const alone = positions[0] || 0.5;
  return positions.map((position, index) => ({
    from: index > 0 ? position - half(index - 1) : position - (last > 0 ? half(0) : alone),
    to: index < last ? position + half(index) : position + (last > 0 ? half(last - 1) : alone),
  }));
}

/** Pixels that a lane of lots takes above the belt. */
const laneHeight = 22;

/** The lanes of a conveyor; the only one of a conveyor without lanes is "". */
function lanesOf(conveyor) {
  if (!conveyor) return [];
  return conveyor.lanes.length > 0 ? conveyor.lanes : [""];
}

const trusted = (signal) => (signal?.quality === "good" ? number(signal) : null);
const number = (signal) => (typeof signal?.value === "number" ? signal.value : null);
const sides = ["top", "bottom"];
const round = (pixels) => Math.round(pixels * 10) / 10;

export class OvenView {
  constructor(device) {
    this.speed = node("strong", { "data-field": "belt-speed" });
    this.state = node("span", { "data-field": "oven-state" });
    this.svg = shape("svg", { role: "img", "data-oven": device.id });
    const key = (name, text) => node("li", {}, node("span", { class: `key ${name}` }), text);
    this.root = node(
      "figure",
      { class: "oven", "data-oven-figure": device.id },
      node(
        "figcaption",
        {},
        node("span", { class: "what" }, "Thermal profile along the belt"),
        this.state,
        node(
          "ul",
          { class: "legend", "aria-hidden": "true" },
          key("setpoint", "setpoint"),
          key("top", "top"),
          key("bottom", "bottom"),
          key("bad", "bad or stale")
        )
      ),
      this.svg
    );
    this.range = null;
    new ResizeObserver(() => this.device && this.update(this.device, this.now)).observe(this.root);
  }

  update(device, now) {
    Object.assign(this, { device, now });
    const zones = zonesOf(device);
    this.root.hidden = zones.length === 0;
    const width = Math.floor(this.root.clientWidth);
    if (zones.length === 0 || width === 0) return;
    const speed = device.signals.find(
      (signal) => /conveyor|belt/.test(signal.name) && signal.role !== "setpoint"
        && typeof signal.value === "number"
    );
    this.beltText = speed
      ? `Belt ${valueText(speed.value, decimalsOf(speed.value))} ${unitText(speed.unit)}`
      : "Belt";
    if (device.conveyor?.speed_lost) this.beltText += ": speed not known";
    const words = device.signals
      .filter((signal) => ["state", "program"].includes(signal.role) && signal.value !== undefined)
      .map((signal) => valueText(signal.value));
    setText(this.state, words.join(" · "));
    this.layOut(zones, width);
    this.place(zones, now);
  }

  /** Builds the drawing anew, only when its frame changes: width, zones or temperature range. */
  layOut(zones, width) {
    const edges = bounds(zones);
    this.widen(zones);
    this.lanes = lanesOf(this.device.conveyor);
    const frame = JSON.stringify([width, edges, this.range, this.lanes]);
    if (frame === this.frame) return;
    this.frame = frame;
    const isNarrow = width < 560;
    const height = isNarrow ? 330 : 400;
    const left = isNarrow ? 54 : 64;
    const [start, end] = [edges[0].from, edges.at(-1).to];
    const [low, high] = this.range;
    const bottom = height - 118 - this.lanes.length * laneHeight;
    this.x = (metres) => round(left + ((metres - start) / (end - start)) * (width - left - 8));
    this.y = (degrees) => round(bottom - ((degrees - low) / (high - low)) * (bottom - 14));
    this.bottom = bottom;
    this.edges = edges;
    this.isNarrow = isNarrow;
    setAttribute(this.svg, "viewBox", `0 0 ${width} ${height}`);
    setAttribute(this.svg, "width", width);
    setAttribute(this.svg, "height", height);
    const unit = zones[0].reading.top?.unit ?? zones[0].setpoint.top?.unit;
    this.svg.replaceChildren(
      this.accessibleTitle(),
      this.bands(zones, bottom),
      this.axis(width, left, unit),
      this.belt(width, left, height),
      ...this.series(zones),
      this.strip(zones, left, bottom),
      this.carried(height)
    );
  }

  accessibleTitle() {
    this.title = shape("title");
    return this.title;
  }

  /** The range only grows, so that the picture does not jump. */
  widen(zones) {
    const values = zones
      .flatMap((zone) => sides.flatMap((side) => [zone.reading[side], zone.setpoint[side]]))
      .map(trusted)
      .filter((value) => value !== null);
    const low = Math.floor((Math.min(...values, 300) - 15) / 50) * 50;
    const high = Math.ceil((Math.max(...values, 100) + 10) / 50) * 50;
    const [oldLow, oldHigh] = this.range ?? [low, high];
    this.range = [Math.max(-100, Math.min(low, oldLow)), Math.max(high, oldHigh)];
  }

  bands(zones, bottom) {
    return shape(
      "g",
      { class: "bands" },
      ...this.edges.map(({ from, to }, index) =>
        shape("rect", {
          x: this.x(from), width: round(this.x(to) - this.x(from)), y: 14, height: bottom - 14,
          class: index % 2 ? "odd" : "even", "data-band": zones[index].number,
        })
      )
    );
  }

  axis(width, left, unit) {
    const group = shape("g", { class: "axis" });
    const [low, high] = this.range;
    for (let degrees = low; degrees <= high; degrees += 50) {
      const y = this.y(degrees);
      group.append(
        shape("line", { x1: left, x2: width - 8, y1: y, y2: y }),
        shape("text", { x: left - 8, y: y + 4, "text-anchor": "end" },
          degrees === high ? `${degrees} ${unitText(unit)}` : String(degrees))
      );
    }
    return group;
  }

  belt(width, left, height) {
    const y = height - 14;
    this.beltLabel = shape("text", { x: left + 4, y: y + 5, "data-field": "belt" });
    const from = left + (this.isNarrow ? 130 : 160);
    return shape(
      "g",
      { class: "belt", "data-belt": "left-to-right" },
      this.beltLabel,
      shape("line", { x1: from, x2: width - 20, y1: y, y2: y }),
      shape("path", { d: `M${width - 20} ${y - 6} L${width - 8} ${y} L${width - 20} ${y + 6} Z` })
    );
  }

  /** What the belt carries: lots as bars above it, boards as marks in them. */
  carried(height) {
    this.lotsTop = height - 28 - this.lanes.length * laneHeight;
    this.carriedItems = null;
    this.carriedGroup = shape("g", { class: "carried" });
    return this.carriedGroup;
  }

  placeCarried(conveyor) {
    const items = JSON.stringify([conveyor?.lots, conveyor?.boards]);
    if (items === this.carriedItems) return;
    this.carriedItems = items;
    const [start, end] = [this.edges[0].from, this.edges.at(-1).to];
    const within = (metres) => this.x(Math.min(Math.max(metres, start), end));
    const bar = (item, kind, inset) => {
      const y = this.lotsTop + this.lanes.indexOf(item.lane ?? "") * laneHeight;
      const [from, to] = [within(item.from), within(item.to)];
      return shape("rect", {
        class: item.doubt === undefined ? `${kind} unsure` : kind,
        x: from, width: Math.max(round(to - from), 2), y: y + inset, height: laneHeight - 4 - 2 * inset,
        [`data-${kind}`]: item.serial ?? item.lot ?? "",
      });
    };
    const label = (item) => {
      const y = this.lotsTop + this.lanes.indexOf(item.lane ?? "") * laneHeight;
      const [from, to] = [within(item.from), within(item.to)];
      const words = [item.lane && `${item.lane}:`, item.lot, item.doubt === undefined && "(unsure)"];
      return to - from < 60
        ? []
        : [shape("text", { x: from + 5, y: y + laneHeight - 8 }, words.filter(Boolean).join(" "))];
    };
    this.carriedGroup.replaceChildren(
      ...(conveyor?.lots ?? []).map((lot) => bar(lot, "lot", 0)),
      ...(conveyor?.boards ?? []).map((board) => bar(board, "board", 2)),
      ...(conveyor?.lots ?? []).flatMap(label)
    );
  }

  series(zones) {
    this.steps = {};
    this.lines = {};
    this.points = new Map();
    this.area = shape("path", { class: "area" });
    const nodes = [this.area];
    for (const side of sides) {
      this.steps[side] = shape("polyline", { class: `setpoint ${side}`, "data-series": `setpoint-${side}` });
      this.lines[side] = shape("path", { class: `reading ${side}`, "data-series": side });
      nodes.push(this.steps[side], this.lines[side]);
    }
    for (const zone of zones) {
      for (const side of ["bottom", "top"]) {
        const point = shape("path", {
          class: `point ${side}`, "data-point": `zone${zone.number}.${side}`,
          "data-zone": zone.number, "data-side": side,
        });
        const title = shape("title");
        point.append(title);
        this.points.set(`${zone.number}${side}`, { point, title });
        nodes.push(point);
      }
    }
    return nodes;
  }

  /** The numbers below the picture: zone, setpoint, top, bottom. */
  strip(zones, left, bottom) {
    const group = shape("g", { class: "strip" });
    this.numbers = new Map();
    const rows = [["zone", "Zone"], ["set", "Set"], ["top", "Top"], ["bottom", "Bottom"]];
    rows.forEach(([row, label], index) => {
      const y = bottom + 20 + index * 19;
      group.append(
        shape("text", { x: left - 8, y, "text-anchor": "end", class: `label ${row}` }, label)
      );
      for (const [place, zone] of zones.entries()) {
        const { from, to } = this.edges[place];
        const text = shape(
          "text",
          {
            x: round((this.x(from) + this.x(to)) / 2), y, "text-anchor": "middle", class: row,
            "data-number": `zone${zone.number}.${row}`,
          },
          row === "zone" ? String(zone.number) : ""
        );
        this.numbers.set(`${zone.number}${row}`, text);
        group.append(text);
      }
    });
    return group;
  }

  place(zones, now) {
    setText(this.beltLabel, this.beltText);
    this.placeCarried(this.device.conveyor);
    setText(this.title, `Temperatures of ${zones.length} zones in belt order. ${this.beltText}.`);
    for (const side of sides) {
      this.placeSteps(zones, side);
      this.placeReadings(zones, side, now);
    }
    for (const zone of zones) {
      const set = trusted(zone.setpoint.top) ?? trusted(zone.setpoint.bottom);
      setText(this.numbers.get(`${zone.number}set`), this.short(set));
    }
  }

  placeSteps(zones, side) {
    const points = zones.flatMap((zone, index) => {
      const set = trusted(zone.setpoint[side]);
      if (set === null) return [];
      const { from, to } = this.edges[index];
      return [`${this.x(from)},${this.y(set)}`, `${this.x(to)},${this.y(set)}`];
    });
    setAttribute(this.steps[side], "points", points.join(" "));
  }

  /** A reading that cannot be trusted stands as a cross where its setpoint is; the line breaks. */
  placeReadings(zones, side, now) {
    const runs = [[]];
    // A little apart, since both usually show the same temperature.
    const apart = this.isNarrow ? 3 : 5;
    const shift = side === "top" ? -apart : apart;
    for (const zone of zones) {
      const signal = zone.reading[side];
      const { point, title } = this.points.get(`${zone.number}${side}`);
      const cell = this.numbers.get(`${zone.number}${side}`);
      const state = signal ? qualityOf(signal, now) : null;
      const value = number(signal);
      const isGood = state?.state === "good" && value !== null;
      const height = isGood ? value : trusted(zone.setpoint[side]) ?? this.range[0];
      const [x, y] = [round(this.x(zone.position) + shift), this.y(height)];
      if (isGood) runs.at(-1).push([x, y]);
      else if (runs.at(-1).length > 0) runs.push([]);
      setAttribute(point, "visibility", signal ? null : "hidden");
      setAttribute(point, "d", isGood ? this.marks[side](x, y) : this.marks.bad(x, y));
      setAttribute(point, "data-quality", state?.state);
      setAttribute(point, "data-value", isGood ? value : null);
      setAttribute(cell, "data-quality", state?.state);
      const word = state?.state === "stale" ? "stale" : "bad";
      setText(cell, !signal ? "" : isGood ? this.short(value) : this.isNarrow ? "✕" : `✕ ${word}`);
      const shown = isGood ? `${valueText(value)} ${unitText(signal.unit)}` : state?.word;
      setText(title, signal ? `Zone ${zone.number} ${side}: ${shown}` : "");
    }
    const drawn = runs.filter((run) => run.length > 0);
    const lines = drawn.map((run) => `M${run.join(" L")}`);
    setAttribute(this.lines[side], "d", lines.join(" "));
    if (side !== "top") return;
    const areas = drawn.map(
      (run, index) => `${lines[index]} L${run.at(-1)[0]},${this.bottom} L${run[0][0]},${this.bottom} Z`
    );
    setAttribute(this.area, "d", areas.join(" "));
  }

  short(value) {
    if (value === null || value === undefined) return "–";
    return this.isNarrow ? String(Math.round(value)) : value.toFixed(1);
  }

  marks = {
    top: (x, y) => `M${x - 5} ${y} a5 5 0 1 0 10 0 a5 5 0 1 0 -10 0`,
    bottom: (x, y) => `M${x - 4.5} ${y - 4.5} h9 v9 h-9 Z`,
    bad: (x, y) => `M${x - 6} ${y - 6} L${x + 6} ${y + 6} M${x - 6} ${y + 6} L${x + 6} ${y - 6}`,
  };
}
