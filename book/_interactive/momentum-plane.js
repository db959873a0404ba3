// The reader sets learning rate and momentum, and sees the path in a valley and where the pair lies in the plane of all pairs.

// -- what is computed; the tests run this part against course_lib ------------------------------------------------

/** The points of descent with momentum on flat/2 · x² + steep/2 · y², the start first. */
function descend({ flat, steep, x, y }, rate, momentum, nesterov, updates) {
  const curvatures = [flat, steep];
  const path = [[x, y]];
  const buffer = [0, 0];
  for (let t = 0; t < updates; t++) {
    path.push(
      path[t].map((w, i) => {
        const g = curvatures[i] * w;
        buffer[i] = momentum * buffer[i] + g;
        return w - rate * (nesterov ? g + momentum * buffer[i] : buffer[i]);
      }),
    );
  }
  return path;
}

/** Trace and product of the two roots that belong to a direction. */
function roots(rate, curvature, momentum, nesterov) {
  const a = rate * curvature;
  return nesterov ? [(1 + momentum) * (1 - a), momentum * (1 - a)] : [1 + momentum - a, momentum];
}

/** By what an update multiplies the error along a direction, in the long run. */
function factor(rate, curvature, momentum, nesterov) {
  const [trace, product] = roots(rate, curvature, momentum, nesterov);
  const inside = trace * trace - 4 * product;
  return inside < 0 ? Math.sqrt(product) : (Math.abs(trace) + Math.sqrt(inside)) / 2;
}

/** What a pair does in this valley. */
function behavior({ flat, steep }, rate, momentum, nesterov) {
  const [along, across] = [flat, steep].map((curvature) => factor(rate, curvature, momentum, nesterov));
  const worst = Math.max(along, across);
  if (worst > 1 + 1e-12) return "diverges";
  if (worst > 1 - 1e-12) return "comes no nearer";
  const [trace, product] = roots(rate, flat, momentum, nesterov);
  if (trace * trace < 4 * product) return "swings along the valley, and converges";
  if (across > along) return "jumps across the valley, and converges";
  return along > 0.97 ? "crawls along the valley" : "converges";
}

// -- what is shown -----------------------------------------------------------------------------------------------

function show(figure) {
  const problem = JSON.parse(figure.dataset.settings);
  const { flat, steep } = problem;
  const updates = 80;
  const width = 340, height = 270, left = 46, bottom = 40, top = 10, right = 10;
  const reach = [3.2, 1.5], most = { multiple: 4, momentum: 0.99 };

  const element = (name, attributes, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  };
  const text = (content, attributes, parent) => (element("text", attributes, parent).textContent = content);
  const line = (points) => points.map(([a, b], i) => `${i ? "L" : "M"}${a.toFixed(1)},${b.toFixed(1)}`).join("");
  const across = (share) => left + share * (width - left - right);
  const upwards = (share) => height - bottom - share * (height - bottom - top);
  const panel = () => element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const axes = (svg, xlabel, ylabel, xticks, yticks) => {
    for (const [share, label] of xticks) {
      text(label, { x: across(share), y: height - bottom + 16, "text-anchor": "middle" }, svg);
    }
    for (const [share, label] of yticks) {
      text(label, { x: left - 6, y: upwards(share) + 4, "text-anchor": "end" }, svg);
    }
    text(xlabel, { x: across(0.5), y: height - 6, "text-anchor": "middle" }, svg);
    if (ylabel) text(ylabel, { x: 12, y: upwards(0.5), "text-anchor": "middle", transform: `rotate(-90 12 ${upwards(0.5)})` }, svg);
    element("path", { d: line([[left, top], [left, height - bottom], [width - right, height - bottom]]), class: "axis" }, svg);
  };

  // the valley with the path in it
  const valley = panel();
  const X = (x) => across((x + reach[0]) / (2 * reach[0]));
  const Y = (y) => upwards((y + reach[1]) / (2 * reach[1]));
  const scale = [X(1) - X(0), Y(0) - Y(1)];
  const cut = element("clipPath", { id: `${figure.id}-cut` }, valley);
  element("rect", { x: left, y: top, width: width - left - right, height: height - bottom - top }, cut);
  const drawn = element("g", { "clip-path": `url(#${figure.id}-cut)` }, valley);
  for (let k = 1; k <= 9; k++) {
    const r = 0.75 * k;
    element("ellipse", { cx: X(0), cy: Y(0), rx: (r * scale[0]) / Math.sqrt(flat), ry: (r * scale[1]) / Math.sqrt(steep), class: "level" }, drawn);
  }
  const path = element("path", { class: "path" }, drawn);
  const points = element("g", { class: "points" }, drawn);
  const tick = (i) => (v) => [(v + reach[i]) / (2 * reach[i]), `${v}`.replace("-", "−")];
  axes(valley, "along the valley", "", [-3, 0, 3].map(tick(0)), [-1, 0, 1].map(tick(1)));

  // the plane of all pairs
  const plane = panel();
  plane.classList.add("plane");
  const columns = 40, rows = 33;
  const cells = [];
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const [x, y] = [across(i / columns), upwards((j + 1) / rows)];
      const cell = element("rect", { x, y, width: across(1 / columns) - left, height: upwards(0) - upwards(1 / rows), class: "cell" }, plane);
      cells.push([cell, ((i + 0.5) / columns) * most.multiple, ((j + 0.5) / rows) * most.momentum]);
    }
  }
  const border = element("path", { class: "curve" }, plane);
  const share = ({ multiple, momentum }) => [across(Math.min(multiple / most.multiple, 1)), upwards(momentum / most.momentum)];
  const outside = element("text", { x: across(0.98), y: upwards(0.08), "text-anchor": "end" }, plane);
  outside.textContent = "diverges";
  const here = element("circle", { r: 6, class: "here" }, plane);
  axes(plane, "learning rate times L", "momentum", [0, 1, 2, 3, 4].map((v) => [v / 4, `${v}`]), [0, 0.5, 0.9].map((v) => [v / most.momentum, `${v}`]));

  const control = (name, options) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "range", id: `${figure.id}-${name.replace(" ", "-")}`, ...options });
    const label = document.createElement("label");
    label.htmlFor = input.id;
    label.textContent = name;
    const row = document.createElement("div");
    row.className = "control";
    row.append(...(options.type === "checkbox" ? [input, label] : [label, input]));
    input.addEventListener("input", draw);
    return [row, input];
  };
  const [rateRow, rateSlider] = control("learning rate", { min: 0.02, max: most.multiple, step: 0.01, value: 1 });
  const [momentumRow, momentumSlider] = control("momentum", { min: 0, max: most.momentum, step: 0.005, value: 0.8 });
  const [nesterovRow, nesterovBox] = control("Nesterov", { type: "checkbox" });
  const buttons = document.createElement("div");
  buttons.className = "examples";
  const root = Math.sqrt(steep / flat);
  const best = { multiple: steep * (2 / (Math.sqrt(steep) + Math.sqrt(flat))) ** 2, momentum: ((root - 1) / (root + 1)) ** 2 };
  const examples = [
    ["crawl", 0.3, 0, false],
    ["plain, at its best", (2 * steep) / (steep + flat), 0, false],
    ["swing", 1, 0.95, false],
    ["best pair", best.multiple, best.momentum, false],
    ["Nesterov", 1, (root - 1) / (root + 1), true],
    ["diverge", 3.4, 0.6, false],
  ];
  for (const [name, multiple, momentum, nesterov] of examples) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: name });
    button.addEventListener("click", () => {
      Object.assign(rateSlider, { value: multiple });
      Object.assign(momentumSlider, { value: momentum });
      nesterovBox.checked = nesterov;
      draw();
    });
    buttons.append(button);
  }
  const says = document.createElement("p");
  says.setAttribute("role", "status");

  // whoever has a pointer may also pick a pair in the plane
  const pick = (event) => {
    if (!event.buttons && event.type !== "pointerdown") return;
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(plane.getScreenCTM().inverse());
    rateSlider.value = ((place.x - left) / (width - left - right)) * most.multiple;
    momentumSlider.value = ((height - bottom - place.y) / (height - bottom - top)) * most.momentum;
    draw();
  };
  plane.addEventListener("pointerdown", pick);
  plane.addEventListener("pointermove", pick);

  const limit = (momentum, nesterov) => (2 * (1 + momentum)) / (nesterov ? 1 + 2 * momentum : 1);
  const worst = (rate, momentum, nesterov) => Math.max(factor(rate, flat, momentum, nesterov), factor(rate, steep, momentum, nesterov));
  let shown = null;

  function drawPlane(nesterov) {
    if (shown === nesterov) return;
    shown = nesterov;
    for (const [cell, multiple, momentum] of cells) {
      const size = worst(multiple / steep, momentum, nesterov);
      // six shades, the strongest for what shrinks fastest; the root spreads those near 1
      const depth = size < 1 ? Math.min(Math.ceil(6 * Math.sqrt(-Math.log(size))), 6) : 0;
      cell.setAttribute("fill-opacity", (0.13 * depth).toFixed(2));
    }
    const momenta = Array.from({ length: 41 }, (_, i) => (i / 40) * most.momentum);
    border.setAttribute("d", line(momenta.map((momentum) => share({ multiple: limit(momentum, nesterov), momentum }))));
  }

  function draw() {
    const [multiple, momentum, nesterov] = [Number(rateSlider.value), Number(momentumSlider.value), nesterovBox.checked];
    const rate = multiple / steep;
    drawPlane(nesterov);
    const [cx, cy] = share({ multiple, momentum });
    here.setAttribute("cx", cx);
    here.setAttribute("cy", cy);

    const all = descend(problem, rate, momentum, nesterov, updates);
    // what has left the window far behind is not drawn
    const inside = all.findIndex(([x, y]) => Math.abs(x) > 3 * reach[0] || Math.abs(y) > 3 * reach[1]);
    const visible = inside < 0 ? all : all.slice(0, inside + 1);
    path.setAttribute("d", line(visible.map(([x, y]) => [X(x), Y(y)])));
    points.replaceChildren();
    visible.forEach(([x, y], t) => element("circle", { cx: X(x), cy: Y(y), r: t ? 2.6 : 5 }, points));

    const size = worst(rate, momentum, nesterov);
    const rest = Math.hypot(...all[updates]) / Math.hypot(...all[0]);
    const amount = rest < 1e-12 ? "nothing" : rest < 1e-6 ? "less than a millionth" : rest > 1e6 ? "more than a million" : String(Number(rest.toPrecision(2)));
    says.textContent =
      `Rate ${multiple.toFixed(2)}/L, momentum ${momentum.toFixed(2)}${nesterov ? ", Nesterov" : ""}: ` +
      `it ${behavior(problem, rate, momentum, nesterov)}. In the long run each update multiplies the error by ${size.toFixed(3)}; ` +
      `after ${updates} updates ${amount} ${rest < 1e-12 ? "" : rest < 1e-6 ? "of the first distance " : "times the first distance "}is left.`;
    rateSlider.setAttribute("aria-valuetext", `${multiple.toFixed(2)} over L`);
    valley.setAttribute("aria-label", `Level lines of a valley with the path of ${updates} updates. ${says.textContent}`);
    plane.setAttribute(
      "aria-label",
      `The plane of learning rate and momentum, with more color where the error shrinks faster. At momentum ${momentum.toFixed(2)} ` +
        `rates above ${limit(momentum, nesterov).toFixed(2)}/L diverge; the pair chosen has ${multiple.toFixed(2)}/L.`,
    );
  }

  const panels = document.createElement("div");
  panels.className = "panels";
  panels.append(valley, plane);
  figure.append(panels, rateRow, momentumRow, nesterovRow, buttons, says);
  draw();
}

if (typeof document !== "undefined") document.querySelectorAll("#momentum-plane").forEach(show);
