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
  const start = Math.min(...rows.map((row) => row.startMs));
  const end = Math.max(...rows.map((row) => row.startMs + row.durationMs));
  const whole = Math.max(end - start, 0.001);
  const folded = new Set();
  let chosen = Math.max(0, rows.findIndex((row) => reason(row)));

  const time = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 1 ? `${ms.toFixed(ms < 10 ? 2 : 0)} ms` : `${(ms * 1000).toFixed(0)} µs`);
  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const services = [...new Set(rows.map((row) => row.service || ""))];

  get("title").textContent = trace.title;
  const errors = rows.filter((row) => row.error).length;
  const wrong = rows.filter(reason).length;
  get("summary").textContent = [
    `${rows.length} spans`,
    time(whole),
    errors ? `${errors} with an error` : "",
    wrong ? `${wrong} that failures are about` : "",
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
    const line = element("div", `row service-${services.indexOf(row.service || "") % 6}`);
    line.setAttribute("role", "row");
    line.setAttribute("aria-level", String(row.depth + 1));
    line.tabIndex = -1;
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
    const bar = element("span", "bar");
    const left = ((row.startMs - start) / whole) * 100;
    const width = (row.durationMs / whole) * 100;
    bar.style.setProperty("left", `${left}%`);
    bar.style.setProperty("width", `max(2px, ${width}%)`);
    const duration = element("span", "duration", time(row.durationMs));
    // Beside the bar where there is room for it, else before it.
    if (left + width > 85) duration.style.setProperty("right", `calc(${100 - left}% + 4px)`);
    else duration.style.setProperty("left", `calc(max(2px, ${width}%) + ${left}% + 4px)`);
    track.append(bar, duration);
    line.append(name, track);
    line.setAttribute("aria-label", [row.name, row.service, time(row.durationMs), row.error ? "error" : "", reason(row)].filter(Boolean).join(", "));
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
    chosen = index;
    const { line } = drawn[index];
    line.classList.add("chosen");
    line.setAttribute("aria-selected", "true");
    if (focus) line.focus();
    const row = rows[index];
    const details = get("details");
    details.replaceChildren(element("h2", "", row.name));
    const list = element("dl", "");
    const facts = [
      ["starts after", time(row.startMs - start)],
      ["takes", time(row.durationMs)],
      ["service", row.service],
      ["span", row.spanId],
      ["error", row.error === true ? "yes" : row.error],
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

  show();
  if (rows.length) {
    drawn[chosen].line.tabIndex = 0;
    choose(chosen, false);
  }
})();
