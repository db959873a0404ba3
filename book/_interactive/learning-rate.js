// The reader sets the learning rate and sees what gradient descent makes of it on a parabola.

// -- what is computed; the tests run this part against course_lib ------------------------------------------------

/** The points of gradient descent on curvature/2 · (w − minimum)², the start first. */
function descend({ curvature, minimum, start }, rate, updates) {
  const path = [start];
  for (let t = 0; t < updates; t++) {
    const w = path[t];
    path.push(w - rate * curvature * (w - minimum));
  }
  return path;
}

/** What a rate does, given as a multiple of 1/L: the name of the words that say it. */
function behavior(multiple) {
  if (multiple > 2) return "diverges";
  if (multiple === 2) return "jumps";
  if (multiple > 1) return "oscillates";
  if (multiple === 1) return "arrives";
  return multiple < 0.1 ? "crawls" : "converges";
}

// -- what is shown -----------------------------------------------------------------------------------------------

function show(figure) {
  const problem = JSON.parse(figure.dataset.settings);
  const { curvature, minimum, start, words } = problem;
  const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const updates = 12;
  const width = 560, height = 300, left = 52, bottom = 42, top = 12;
  const reach = 2.2;
  const cost = (w) => (curvature / 2) * (w - minimum) ** 2;
  const highest = cost(minimum + reach);
  const x = (w) => left + ((w - minimum + reach) / (2 * reach)) * (width - left - 8);
  const y = (c) => height - bottom - (c / highest) * (height - bottom - top);

  const element = (name, attributes, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  };
  const line = (points) => points.map(([a, b], i) => `${i ? "L" : "M"}${a.toFixed(2)},${b.toFixed(2)}`).join("");
  const text = (content, attributes, parent) => (element("text", attributes, parent).textContent = content);

  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const curve = Array.from({ length: 121 }, (_, i) => minimum - reach + (2 * reach * i) / 120);
  for (let w = Math.ceil(minimum - reach); w <= minimum + reach; w++) {
    element("path", { d: line([[x(w), top], [x(w), height - bottom]]), class: "grid" }, svg);
    text(w, { x: x(w), y: height - bottom + 16, "text-anchor": "middle" }, svg);
  }
  text("w", { x: (left + width) / 2, y: height - 6, "text-anchor": "middle" }, svg);
  text(say("cost"), { x: 14, y: (height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(height - bottom) / 2})` }, svg);
  element("path", { d: line(curve.map((w) => [x(w), y(cost(w))])), class: "curve" }, svg);
  const path = element("path", { class: "path" }, svg);
  const points = element("g", { class: "points" }, svg);

  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0.02, max: 2.3, step: 0.01, value: 0.3, id: `${figure.id}-slider` });
  const label = document.createElement("label");
  label.htmlFor = slider.id;
  label.textContent = say("rate");
  const buttons = document.createElement("div");
  buttons.className = "examples";
  for (const [name, multiple] of [["crawl", 0.04], ["converge", 0.5], ["arrive", 1], ["oscillate", 1.8], ["diverge", 2.15]]) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: say(name) });
    button.addEventListener("click", () => ((slider.value = multiple), draw()));
    buttons.append(button);
  }
  const says = document.createElement("p");
  says.setAttribute("role", "status");

  function draw() {
    const multiple = Number(slider.value);
    const rate = multiple / curvature;
    const w = descend(problem, rate, updates);
    // what has left the window goes on outside it
    const inside = w.findIndex((v) => Math.abs(v - minimum) > reach);
    const visible = inside < 0 ? w : w.slice(0, inside + 1);
    path.setAttribute("d", line(visible.map((v) => [x(v), y(cost(v))])));
    points.replaceChildren();
    visible.forEach((v, t) => element("circle", { cx: x(v), cy: y(cost(v)), r: t ? 4 : 6 }, points));
    const left = Math.abs((w[updates] - minimum) / (start - minimum));
    const amount = left < 0.001 ? left.toExponential(0) : left.toPrecision(2);
    says.textContent = say("result", {
      rate: rate.toFixed(3), multiple: multiple.toFixed(2), behavior: say(behavior(multiple)), updates,
      factor: (1 - multiple).toFixed(2).replace("-", "−"),
      rest: left < 1e-12 ? say("nothing") : say("something", { amount }),
    });
    slider.setAttribute("aria-valuetext", say("value", { rate: rate.toFixed(3), multiple: multiple.toFixed(2) }));
    svg.setAttribute("aria-label", say("picture", { updates, result: says.textContent }));
  }
  slider.addEventListener("input", draw);
  const control = document.createElement("div");
  control.className = "control";
  control.append(label, slider);
  figure.append(svg, control, buttons, says);
  draw();
}

if (typeof document !== "undefined") document.querySelectorAll("#learning-rate").forEach(show);
