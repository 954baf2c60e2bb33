// Draws the waterfall of a trace. Keys: up, down, Home and End choose a span; left and right fold and unfold it; Enter goes to the
// next span that a failure is about.
// @ts-check
"use strict";
(() => {
  const get = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const trace = JSON.parse(get("trace").textContent ?? "{}");
  const rows = trace.rows;
  const reasons = new Map(trace.highlighted.map((it) => [it.spanId, it.reason]));
  const reason = (row) => row.reason || reasons.get(row.spanId) || "";
  const folded = new Set();

  // What belongs together: the row of a trace, and all below it. Each trace has a time of its own that begins with its first span.
  const isTrace = (/** @type {number} */ index) => rows[index].depth === 0 && rows[index].spanId === undefined;
  const behind = (/** @type {number} */ index) => {
    let next = index + 1;
    while (rows[next] && rows[next].depth > rows[index].depth) next += 1;
    return next;
  };
  /** When a row begins and ends. One that is no span does so with what is below it. */
  const extents = rows.map((row, index) => {
    if (row.startMs !== undefined) return { start: row.startMs, end: row.startMs + (row.durationMs ?? 0) };
    const below = rows.slice(index + 1, behind(index)).filter((it) => it.startMs !== undefined);
    if (!below.length) return undefined;
    const least = below.reduce((least, it) => Math.min(least, it.startMs), Infinity);
    return { start: least, end: below.reduce((most, it) => Math.max(most, it.startMs + (it.durationMs ?? 0)), least) };
  });
  const origins = [];
  rows.forEach((row, index) => origins.push(row.depth === 0 ? (extents[index]?.start ?? 0) : origins[index - 1]));
  const whole = extents.reduce((most, it, index) => (it ? Math.max(most, it.end - origins[index]) : most), 0.001);
  const first = rows.findIndex(reason);
  let chosen = first >= 0 ? first : Math.max(0, rows.findIndex((row) => row.spanId !== undefined));

  const time = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 1 ? `${ms.toFixed(ms < 10 ? 2 : 0)} ms` : `${(ms * 1000).toFixed(0)} µs`);
  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  // A service is told where it is another than that of the row above it in the tree.
  const lines = [];
  const serviceOf = rows.map((row) => {
    lines.length = row.depth;
    lines.push(row.service ?? lines.at(-1) ?? "");
    return lines.at(-1);
  });
  const services = [...new Set(serviceOf.filter(Boolean))];

  get("title").textContent = trace.title;
  const errors = rows.filter((row) => row.error && row.spanId !== undefined).length;
  const wrong = trace.highlighted.length;
  get("summary").textContent = [
    `${trace.spans} ${trace.spans === 1 ? "span" : "spans"}`,
    time(whole),
    errors ? `${errors} with an error` : "",
    wrong ? `${wrong} ${wrong === 1 ? "span" : "spans"} that failures are about` : "",
    trace.replayed ? "judged again on recorded spans" : "",
  ].filter(Boolean).join(" · ");

  for (let part = 0; part <= 4; part++) {
    const mark = element("span", `mark at-${part}`, time((whole * part) / 4));
    get("scale").append(mark);
  }

  const children = (index) => rows[index + 1] !== undefined && rows[index + 1].depth > rows[index].depth;
  const hidden = (index) => {
    let depth = rows[index].depth;
    for (let above = index - 1; above >= 0 && depth > 0; above--) {
      if (rows[above].depth < depth) {
        if (folded.has(above)) return true;
        depth = rows[above].depth;
      }
    }
    return false;
  };

  const drawn = rows.map((row, index) => {
    const line = element("div", `row service-${Math.max(0, services.indexOf(serviceOf[index])) % 6}`);
    line.setAttribute("role", "row");
    line.setAttribute("aria-level", String(row.depth + 1));
    line.tabIndex = -1;
    if (isTrace(index)) line.classList.add("trace");
    if (row.error) line.classList.add("error");
    if (reason(row)) line.classList.add("blamed");
    const name = element("span", "name");
    name.setAttribute("role", "rowheader");
    name.style.setProperty("padding-inline-start", `${row.depth * 14}px`);
    const twistie = element("span", "twistie", children(index) ? "▾" : "");
    twistie.addEventListener("click", (event) => {
      event.stopPropagation();
      fold(index, !folded.has(index));
    });
    name.append(twistie, element("span", "label", row.name));
    if (row.service) name.append(element("span", "service", row.service));
    const track = element("span", "track");
    track.setAttribute("role", "gridcell");
    const extent = extents[index];
    if (extent && !isTrace(index)) {
      const bar = element("span", "bar");
      const left = ((extent.start - origins[index]) / whole) * 100;
      const width = ((extent.end - extent.start) / whole) * 100;
      bar.style.setProperty("left", `${left}%`);
      bar.style.setProperty("width", `max(2px, ${width}%)`);
      const duration = element("span", "duration", time(extent.end - extent.start));
      // The track leaves room for it behind the last bar.
      duration.style.setProperty("left", `calc(max(2px, ${width}%) + ${left}% + 4px)`);
      track.append(bar, duration);
    }
    line.append(name, track);
    const length = extent ? time(extent.end - extent.start) : "";
    line.setAttribute("aria-label", [isTrace(index) ? `trace ${row.name}` : row.name, row.service, length, row.error ? "error" : "", reason(row)].filter(Boolean).join(", "));
    line.addEventListener("click", () => choose(index));
    get("rows").append(line);
    return { line, twistie };
  });

  function show() {
    drawn.forEach(({ line, twistie }, index) => {
      line.hidden = hidden(index);
      if (children(index)) {
        twistie.textContent = folded.has(index) ? "▸" : "▾";
        line.setAttribute("aria-expanded", String(!folded.has(index)));
      }
    });
  }

  function fold(index, shut) {
    if (!children(index)) return;
    if (shut) folded.add(index);
    else folded.delete(index);
    show();
  }

  function choose(index, focus = true) {
    if (!rows[index]) return;
    drawn[chosen]?.line.classList.remove("chosen");
    drawn[chosen]?.line.setAttribute("aria-selected", "false");
    if (drawn[chosen]) drawn[chosen].line.tabIndex = -1;
    chosen = index;
    const { line } = drawn[index];
    line.classList.add("chosen");
    line.setAttribute("aria-selected", "true");
    line.tabIndex = 0;
    if (focus) line.focus();
    const row = rows[index];
    const details = get("details");
    details.replaceChildren(element("h2", "", row.name));
    const list = element("dl", "");
    const facts = [
      ["starts after", extents[index] && time(extents[index].start - origins[index])],
      ["takes", extents[index] && time(extents[index].end - extents[index].start)],
      ["service", serviceOf[index]],
      ["span", row.spanId],
      ["error", row.error ? "yes" : ""],
      ["failure", reason(row)],
    ];
    for (const [term, fact] of facts) if (fact) list.append(element("dt", "", term), element("dd", term === "failure" ? "reason" : "", String(fact)));
    details.append(list);
  }

  const step = (direction) => {
    for (let next = chosen + direction; next >= 0 && next < rows.length; next += direction) if (!hidden(next)) return choose(next);
  };
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Home: () => choose(0),
    End: () => {
      for (let last = rows.length - 1; last >= 0; last--) if (!hidden(last)) return choose(last);
    },
    ArrowRight: () => (folded.has(chosen) ? fold(chosen, false) : children(chosen) && step(1)),
    ArrowLeft: () => {
      if (children(chosen) && !folded.has(chosen)) return fold(chosen, true);
      for (let above = chosen - 1; above >= 0; above--) if (rows[above].depth < rows[chosen].depth) return choose(above);
    },
    Enter: () => {
      for (let far = 1; far <= rows.length; far++) {
        const next = (chosen + far) % rows.length;
        if (reason(rows[next]) && !hidden(next)) return choose(next);
      }
    },
  };
  document.addEventListener("keydown", (event) => {
    const key = keys[event.key];
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    key();
  });

  // What is gathered in one row is folded at first, unless a failure is about something in it.
  rows.forEach((row, index) => {
    const gathers = row.spanId === undefined && !isTrace(index);
    if (gathers && !rows.slice(index + 1, behind(index)).some(reason)) folded.add(index);
  });
  show();
  if (rows.length) choose(chosen, false);
})();
