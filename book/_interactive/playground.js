// Two optimizers on one landscape. What is offered, and every word, comes from book/_ext/course_book/playground.py.

// -- what is computed; the tests run this part against course_lib ------------------------------------------------

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** From the constants of a problem, its loss and its slope. */
const formulas = {
  Quadratic({ A, minimum }) {
    const error = (w) => w.map((v, i) => v - minimum[i]);
    const times = (e) => A.map((row) => row.reduce((sum, a, j) => sum + a * e[j], 0));
    return {
      loss: (w) => error(w).reduce((sum, e, i) => sum + e * times(error(w))[i], 0) / 2,
      slope: (w) => times(error(w)),
    };
  },
  DoubleWell: ({ tilt }) => ({
    loss: ([w]) => (w * w - 1) ** 2 + tilt * w,
    slope: ([w]) => [4 * w * (w * w - 1) + tilt],
  }),
  Saddle: () => ({
    loss: ([a, b]) => (a * a) / 2 - (b * b) / 2 + b ** 4 / 4,
    slope: ([a, b]) => [a, b ** 3 - b],
  }),
  Rosenbrock: () => ({
    loss: ([a, b]) => (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    slope: ([a, b]) => [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)],
  }),
  Beale({ constants }) {
    const residual = (c, k, a, b) => c - a * (1 - b ** (k + 1));
    return {
      loss: ([a, b]) => constants.reduce((sum, c, k) => sum + residual(c, k, a, b) ** 2, 0),
      slope: ([a, b]) => [
        constants.reduce((sum, c, k) => sum + 2 * residual(c, k, a, b) * (b ** (k + 1) - 1), 0),
        constants.reduce((sum, c, k) => sum + 2 * residual(c, k, a, b) * a * (k + 1) * b ** k, 0),
      ],
    };
  },
  Himmelblau: () => ({
    loss: ([a, b]) => (a * a + b - 11) ** 2 + (a + b * b - 7) ** 2,
    slope([a, b]) {
      const p = a * a + b - 11, q = a + b * b - 7;
      return [4 * a * p + 2 * q, 2 * p + 4 * b * q];
    },
  }),
  Plateau: () => ({
    loss: ([w]) => -Math.expm1(-(w * w) / 2),
    slope: ([w]) => [w * Math.exp(-(w * w) / 2)],
  }),
  Cliff: ({ sharpness, lean }) => ({
    loss: ([w]) => lean * w + softplus(-sharpness * w),
    slope: ([w]) => [lean - sharpness * Math.exp(-softplus(sharpness * w))],
  }),
  Ditch({ depth, width, place }) {
    const dent = (w) => depth * Math.exp(-((w - place) ** 2) / (2 * width ** 2));
    return { loss: ([w]) => (w * w) / 2 - dent(w), slope: ([w]) => [w + (dent(w) * (w - place)) / width ** 2] };
  },
};

/** One update of one parameter p with gradient g: the new p. `s` is what the rule remembers of it, `t` counts from 1. */
const rules = {
  SGD(p, g, s, lr, t, { momentum, nesterov }) {
    if (!momentum) return p - lr * g;
    s.b = t > 1 ? momentum * s.b + g : g;
    return p - lr * (nesterov ? g + momentum * s.b : s.b);
  },
  Adagrad(p, g, s, lr, t, { eps }) {
    s.sum = (s.sum ?? 0) + g * g;
    return p - (lr * g) / (Math.sqrt(s.sum) + eps);
  },
  RMSprop(p, g, s, lr, t, { alpha, eps }) {
    s.v = alpha * (s.v ?? 0) + (1 - alpha) * g * g;
    return p - (lr * g) / (Math.sqrt(s.v) + eps);
  },
  Adadelta(p, g, s, lr, t, { rho, eps }) {
    s.v = rho * (s.v ?? 0) + (1 - rho) * g * g;
    const d = (Math.sqrt((s.u ?? 0) + eps) / Math.sqrt(s.v + eps)) * g;
    s.u = rho * (s.u ?? 0) + (1 - rho) * d * d;
    return p - lr * d;
  },
  Adam(p, g, s, lr, t, { beta1, beta2, eps }) {
    s.m = beta1 * (s.m ?? 0) + (1 - beta1) * g;
    s.v = beta2 * (s.v ?? 0) + (1 - beta2) * g * g;
    return p - ((lr / (1 - beta1 ** t)) * s.m) / (Math.sqrt(s.v) / Math.sqrt(1 - beta2 ** t) + eps);
  },
  AdamW: (p, g, s, lr, t, options) => rules.Adam(p * (1 - lr * options.weight_decay), g, s, lr, t, options),
};

/** The factor on the learning rate at update t of T, t from 0. */
const schedules = {
  constant: () => 1,
  StepLR: (t, T, { share, gamma }) => gamma ** Math.floor(t / Math.ceil(share * T)),
  ExponentialLR: (t, T, { final }) => final ** (t / T),
  PolynomialLR: (t, T, { power }) => (1 - t / T) ** power,
  CosineAnnealingLR: (t, T) => (1 + Math.cos((Math.PI * t) / T)) / 2,
  CosineAnnealingWarmRestarts(t, T, { share, T_mult }) {
    let period = Math.ceil(share * T);
    for (; t >= period; period *= T_mult) t -= period;
    return (1 + Math.cos((Math.PI * t) / period)) / 2;
  },
  LinearLR: (t, T, { share, start_factor }) =>
    start_factor + ((1 - start_factor) * Math.min(t, Math.ceil(share * T))) / Math.ceil(share * T),
};

/** A run: its points and losses, the start first, and the rates used. It ends early where the loss is no longer finite. */
function descend({ formula, constants }, { rule, options }, schedule, start, updates) {
  const { loss, slope } = formulas[formula](constants);
  const path = [start], losses = [loss(start)], rates = [], state = start.map(() => ({}));
  for (let t = 0; t < updates; t++) {
    const rate = options.lr * schedules[schedule.name](t, updates, schedule.options), g = slope(path[t]);
    const next = path[t].map((p, i) => rules[rule](p, g[i], state[i], rate, t + 1, options));
    if (!next.every(Number.isFinite) || !Number.isFinite(loss(next))) return { path, losses, rates, diverged: true };
    rates.push(rate), path.push(next), losses.push(loss(next));
  }
  return { path, losses, rates, diverged: false };
}

// -- what is shown -----------------------------------------------------------------------------------------------

function play(figure) {
  const offer = JSON.parse(figure.dataset.settings), { problems, optimizers, ranges, text } = offer;
  const say = (words, values) => words.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const short = (v) => {
    const size = Math.abs(v);
    const shown = size && (size < 1e-3 || size >= 1e5) ? v.toExponential(1) : String(Number(v.toPrecision(3)));
    return shown.replace("e+", "e").replaceAll("-", "−");
  };
  const point = (w) => (w.length > 1 ? `(${w.map(short).join(", ")})` : short(w[0]));
  const make = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const draw = (name, attributes, parent, content = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = content;
    parent.append(made);
    return made;
  };
  let unique = 0;
  const labeled = (words, control) => {
    control.id = `${figure.id}-${unique++}`;
    return make("div", { className: "control" }, make("label", { htmlFor: control.id, textContent: words }), control);
  };
  const choice = (values, chosen, names = {}) =>
    make("select", {}, ...values.map((v) => make("option", { value: v, textContent: names[v] ?? v, selected: v === chosen })));

  const problemChoice = choice(Object.keys(problems), offer.first.problem);
  const lengthChoice = choice(offer.updates, offer.first.updates);
  const about = make("p", { className: "about" });
  const panels = [text.first, text.second].map((title, i) => panel(title, offer.first.optimizers[i]));
  const hint = make("p", { className: "hint", id: `${figure.id}-keys`, textContent: text.keys });
  const says = make("div", { className: "says" });
  says.setAttribute("role", "status");
  const cross = make("p", { className: "cross" });
  cross.setAttribute("aria-live", "polite");
  const reset = make("button", { type: "button", textContent: text.reset });
  const width = 400, left = 66, right = 14, top = 8, bottom = 40;
  const [land, curve] = ["landscape", "losses"].map((name) => draw("svg", { class: name }, figure));
  for (const [key, value] of Object.entries({ tabindex: 0, role: "application", "aria-describedby": hint.id }))
    land.setAttribute(key, value);
  curve.setAttribute("role", "img");

  let start, place, scales;
  const problem = () => problems[problemChoice.value];
  const functions = () => formulas[problem().formula](problem().constants);

  /** The controls of one optimizer. */
  function panel(title, name) {
    const optimizer = choice(Object.keys(optimizers), name);
    const schedule = choice(Object.keys(offer.schedules), offer.first.schedule, { constant: text.constant });
    const sliders = make("div", {}), values = {};
    const tune = () => (values.lr = problem().rates[optimizer.value]);
    function fill() {
      const { options, sliders: names } = optimizers[optimizer.value];
      sliders.replaceChildren();
      ["lr", ...names].forEach((key) => {
        const log = key === "lr", [low, high] = ranges[key].map((v) => (log ? Math.log10(v) : v));
        const slider = make("input", { type: "range", min: low, max: high, step: log ? 0.01 : 0.001 });
        const shown = make("span", { className: "value" });
        const show = () => slider.setAttribute("aria-valuetext", (shown.textContent = short(values[key])));
        if (!log) values[key] = options[key];
        slider.value = log ? Math.log10(values.lr) : values[key];
        slider.addEventListener("input", () => {
          values[key] = log ? 10 ** slider.value : Number(slider.value);
          show(), update();
        });
        show();
        const row = labeled(log ? text.lr : key, slider);
        row.append(shown), sliders.append(row);
      });
    }
    optimizer.addEventListener("change", () => (tune(), fill(), update()));
    schedule.addEventListener("change", update);
    const box = make("fieldset", {}, make("legend", { textContent: title }), labeled(text.optimizer, optimizer));
    box.append(sliders, labeled(text.schedule, schedule));
    const run = () => {
      const { rule, options } = optimizers[optimizer.value];
      const chosen = { name: schedule.value, options: offer.schedules[schedule.value] };
      return descend(problem(), { rule, options: { ...options, ...values } }, chosen, start, Number(lengthChoice.value));
    };
    return { box, run, retune: () => (tune(), fill()), name: () => optimizer.value };
  }

  const path = (points) => points.map(([a, b], i) => `${i ? "L" : "M"}${a.toFixed(1)},${b.toFixed(1)}`).join("");
  const marks = [
    ([a, b]) => `M${(a - 2.5).toFixed(1)},${b.toFixed(1)}a2.5,2.5 0 1 0 5,0a2.5,2.5 0 1 0 -5,0`,
    ([a, b]) => `M${(a - 2.5).toFixed(1)},${(b - 2.5).toFixed(1)}h5v5h-5z`,
  ];
  /** A run, up to where it leaves the picture far behind. */
  function trail(svg, points, i, clip) {
    const far = points.findIndex((p) => p.some((v) => Math.abs(v) > 20 * width));
    const near = far < 0 ? points : points.slice(0, far);
    const group = draw("g", { class: `run run-${i + 1}`, "clip-path": `url(#${clip})` }, svg);
    draw("path", { d: path(near), class: "path" }, group);
    const every = Math.ceil(near.length / 60);
    draw("path", { d: near.filter((_, t) => t % every === 0).map(marks[i]).join(""), class: "marks" }, group);
  }
  const round = (low, high) => {
    const power = 10 ** Math.floor(Math.log10((high - low) / 5));
    const step = power * [1, 2, 5, 10].find((m) => (high - low) / (m * power) <= 6);
    return Array.from({ length: 9 }, (_, k) => (Math.ceil(low / step - 1e-9) + k) * step).filter((v) => v <= high + step * 1e-9);
  };

  /** Axes for x and y between the given limits, and the functions that place a value. */
  function axes(svg, [xlow, xhigh], [ylow, yhigh], height, names, ticks = round) {
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const inner = { x: left, y: top, width: width - left - right, height: height - top - bottom };
    draw("rect", inner, draw("clipPath", { id: `${figure.id}-${svg.classList[0]}` }, svg));
    const x = (v) => left + ((v - xlow) / (xhigh - xlow)) * inner.width;
    const y = (v) => top + (1 - (v - ylow) / (yhigh - ylow)) * inner.height;
    for (const v of round(xlow, xhigh)) {
      draw("path", { d: `M${x(v)},${top}v${inner.height}`, class: "grid" }, svg);
      draw("text", { x: x(v), y: height - bottom + 14, "text-anchor": "middle" }, svg, short(v));
    }
    for (const v of ticks(ylow, yhigh)) {
      draw("path", { d: `M${left},${y(v)}h${inner.width}`, class: "grid" }, svg);
      draw("text", { x: left - 5, y: y(v) + 4, "text-anchor": "end" }, svg, names.power ? `1e${short(v)}` : short(v));
    }
    draw("text", { x: left + inner.width / 2, y: height - 4, "text-anchor": "middle" }, svg, names.x);
    draw("text", { x: 0, y: 0, "text-anchor": "middle", transform: `translate(10 ${height / 2 - 10}) rotate(-90)` }, svg, names.y);
    return { x, y, inner };
  }

  /** Level lines, equally spaced in the root of the loss, by marching squares. */
  function levelLines(loss, box, { x, y }) {
    const n = 90, at = ([low, high], i) => low + ((high - low) * i) / n;
    const f = Array.from({ length: n + 1 }, (_, j) => Array.from({ length: n + 1 }, (_, i) => loss([at(box[0], i), at(box[1], j)])));
    const low = Math.min(...f.flat()), high = Math.max(...f.flat());
    let d = "";
    for (let k = 1; k < 14; k++) {
      const level = low + (high - low) * (k / 14) ** 2;
      for (let j = 0; j < n; j++)
        for (let i = 0; i < n; i++) {
          const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]], crossed = [];
          corners.forEach(([a, b], c) => {
            const [p, q] = corners[(c + 1) % 4], u = f[b][a] - level, v = f[q][p] - level;
            if (u < 0 === v < 0) return;
            const s = u / (u - v);
            crossed.push([x(at(box[0], a + s * (p - a))), y(at(box[1], b + s * (q - b)))]);
          });
          for (let c = 0; c < crossed.length; c += 2) d += path(crossed.slice(c, c + 2));
        }
    }
    return d;
  }

  /** What does not depend on the runs. */
  function drawLandscape() {
    const { box, minima } = problem(), { loss } = functions();
    if (box.length > 1) {
      const share = (box[1][1] - box[1][0]) / (box[0][1] - box[0][0]);
      scales = axes(land, box[0], box[1], Math.round(top + bottom + (width - left - right) * share), { x: "w₁", y: "w₂" });
      draw("path", { d: levelLines(loss, box, scales), class: "levels" }, land);
    } else {
      const w = Array.from({ length: 241 }, (_, i) => box[0][0] + ((box[0][1] - box[0][0]) * i) / 240), f = w.map((v) => loss([v]));
      const low = Math.min(...f), high = Math.max(...f), margin = 0.06 * (high - low);
      scales = axes(land, box[0], [low - margin, high + margin], 320, { x: "w", y: "loss" });
      draw("path", { d: path(w.map((v, i) => [scales.x(v), scales.y(f[i])])), class: "curve" }, land);
    }
    for (const m of minima) {
      const [a, b] = onScreen(m);
      draw("path", { d: `M${a - 4},${b - 4}l8,8m0,-8l-8,8`, class: "minimum" }, land);
    }
    about.textContent = problem().about;
    land.setAttribute("aria-label", say(text.landscape, { problem: problemChoice.value }));
  }
  const onScreen = (w) => [scales.x(w[0]), scales.y(w.length > 1 ? w[1] : functions().loss(w))];

  function update() {
    const runs = panels.map((p) => p.run()), { lowest } = problem();
    land.querySelectorAll(".run, .here").forEach((old) => old.remove());
    runs.forEach(({ path: w }, i) => trail(land, w.map(onScreen), i, `${figure.id}-landscape`));
    drawCross();
    // below a billionth of what there is at the start nothing is to be seen
    const exponents = runs.map(({ losses }) => losses.map((v) => Math.log10(Math.max(v - lowest, 1e-9 * (losses[0] - lowest), 1e-300))));
    const all = exponents.flat(), first = exponents[0][0];
    const low = Math.floor(Math.min(...all)), high = Math.max(low + 1, Math.ceil(Math.min(Math.max(...all), first + 3)));
    const whole = (a, b) => round(a, b).filter(Number.isInteger);
    const { x, y } = axes(curve, [0, Number(lengthChoice.value)], [low, high], 320, { x: text.updates, y: text.loss, power: true }, whole);
    exponents.forEach((e, i) => trail(curve, e.map((v, t) => [x(t), y(v)]), i, `${figure.id}-losses`));
    const results = runs.map(({ path: w, losses, diverged }, i) => {
      const updates = w.length - 1, last = { end: point(w[updates]), loss: short(losses[updates]) };
      return say(diverged ? text.diverged : text.ended, { name: panels[i].name(), updates, start: point(start), ...last });
    });
    says.replaceChildren(...results.map((r, i) => make("p", { className: `run-${i + 1}`, textContent: r })));
    curve.setAttribute("aria-label", say(text.curve, { result: results.join(" ") }));
  }

  function drawCross() {
    land.querySelectorAll(".here").forEach((old) => old.remove());
    const [a, b] = onScreen(place);
    draw("path", { d: `M${a - 9},${b}h18M${a},${b - 9}v18`, class: "here" }, land);
  }
  function begin(w) {
    start = place = w;
    update();
  }
  land.addEventListener("click", (event) => {
    const area = land.getBoundingClientRect(), scale = width / area.width, { inner } = scales;
    const shares = [((event.clientX - area.left) * scale - left) / inner.width, 1 - ((event.clientY - area.top) * scale - top) / inner.height];
    if (shares.every((s) => s >= 0 && s <= 1)) begin(problem().box.map(([low, high], i) => low + shares[i] * (high - low)));
  });
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] };
  land.addEventListener("keydown", (event) => {
    const [axis, sign] = moves[event.key] ?? [], { box } = problem();
    if (event.key === "Enter") begin(place);
    else if (axis === undefined || axis >= box.length) return;
    else {
      const [low, high] = box[axis], step = (high - low) / (event.shiftKey ? 400 : 40);
      place = place.map((v, i) => (i === axis ? Math.min(high, Math.max(low, v + sign * step)) : v));
      drawCross();
      cross.textContent = say(text.cross, { place: point(place), loss: short(functions().loss(place)) });
    }
    event.preventDefault();
  });
  function changeProblem() {
    start = place = problem().start;
    cross.textContent = "";
    panels.forEach((p) => p.retune());
    drawLandscape();
    update();
  }
  problemChoice.addEventListener("change", changeProblem);
  lengthChoice.addEventListener("change", update);
  reset.addEventListener("click", () => begin(problem().start));

  figure.append(
    make("div", { className: "beside" }, labeled(text.problem, problemChoice), labeled(text.updates, lengthChoice)),
    about,
    make("div", { className: "beside panels" }, ...panels.map((p) => p.box)),
    make("div", { className: "beside" }, land, curve),
    says, hint, cross, reset,
  );
  changeProblem();
}

if (typeof document !== "undefined") document.querySelectorAll("#playground").forEach(play);
