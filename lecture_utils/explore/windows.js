// A window that slides over an image or a signal: correlation, and pooling.

// An axis: all that the formula of the size needs, and the size.
function axis(size, kernel, stride, padding, dilation) {
  const span = (kernel - 1) * dilation + 1;
  const missing = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
  const same = [missing >> 1, missing - (missing >> 1)], full = [span - 1, span - 1];
  const [before, after] = { valid: [0, 0], same, full }[padding] ?? [+padding, +padding];
  const places = Math.floor((size + before + after - span) / stride) + 1;
  return { size, kernel, stride, dilation, before, after, span, places };
}

function axes(image, weights, { stride, padding, dilation }) {  // a signal has one row alone
  const settings = [stride, padding, dilation], still = [1, "valid", 1];
  return [axis(image.length, weights.length, ...(image.length > 1 ? settings : still)),
    axis(image[0].length, weights[0].length, ...settings)];
}

const windowAt = (image, [down, across], row, column) =>  // null on the padding
  filled(down.kernel, across.kernel, (i, j) =>
    image[row * down.stride - down.before + i * down.dilation]
      ?.[column * across.stride - across.before + j * across.dilation] ?? null);

const total = numbers => numbers.reduce((sum, number) => sum + number, 0);
const multiply = (window, weights) => window.flatMap((line, r) =>
  line.map((pixel, c) => pixel * weights[r][c]));
const correlate = (window, weights) => total(multiply(window, weights));
const present = window => window.flat().filter(pixel => pixel !== null);
const largest = window => Math.max(...present(window));
const mean = window => total(present(window)) / present(window).length;

// The formula of an output's size, with its numbers: ⌊(28 − 3 + 1 + 1) / 2⌋ + 1 = 14.
function sizeInWords({ size, span, before, after, stride, places }) {
  const padded = before + after ? ` + ${before} + ${after}` : "";
  return `⌊(${size} − ${span}${padded}) / ${stride}⌋ + 1 = ${places}`;
}

class Windows {
  constructor(root, { words, inputs, kernels }) {
    Object.assign(this, { root, words, inputs, kernels, place: [0, 0], weights: [[0, 0], [0, 0]] });
    this.settings = { stride: kernels ? 1 : 2, padding: "valid", dilation: 1 };
    const onmove = (...place) => this.draw(place), onpaint = (...cell) => this.paint(...cell);
    const reduced = kernels ? [[words.output, window => correlate(window, this.weights)]]
      : [[words.largest, largest], [words.mean, mean]];
    this.input = new Grid(words.drawn, { onpaint });
    this.outputs = reduced.map(([name, reduce]) =>
      Object.assign(new Grid(name, { onmove }), { name, reduce }));
    this.editor = make("div", { className: "weights", role: "group", "aria-label": words.window });
    [this.told, this.formula] = [make("p", { "aria-live": "polite" }), make("p")];
    this.control = this.controls(Object.keys(inputs), Object.keys(kernels ?? {}));
    const onclick = () => this.own("input", { image: filled(...this.sizes("size"), 0) });
    const clear = make("button", { type: "button", onclick }, words.clear);
    const [first, ...others] = Object.values(this.control);
    const pictures = [this.input.element, ...this.outputs.map(grid => grid.element)];
    const caption = make("figcaption", {}, kernels ? words.kernel : words.window);
    pictures.splice(kernels ? 1 : 3, 0, make("figure", {}, caption, this.editor));
    root.replaceChildren(
      make("div", { className: "controls" }, first, clear, ...others),
      make("p", {}, kernels ? words.hint_kernel : words.hint_window),
      make("div", { className: "pictures" }, ...pictures), this.told, this.formula);
    this.chooseInput(Object.keys(inputs)[0]);
  }

  controls(inputs, kernels) {
    const { words, settings } = this, moved = kernels.length > 0;
    const set = name => value => this.show({ settings: { ...this.settings, [name]: value } });
    const listed = (name, names, choose) => choice(name, [...names, words.own], names[0], choose);
    const paddings = ["valid", "same", ...moved ? ["full", "1", "2", "3"] : []];
    return {
      input: listed(words.input, inputs, name => this.chooseInput(name)),
      ...moved && { kernel: listed(words.kernel, kernels, name => this.chooseKernel(name)) },
      size: range(words.size, 1, 5, 2, size => this.resize(size)),
      stride: range(words.stride, 1, 4, settings.stride, set("stride")),
      padding: choice(words.padding, paddings, "valid", set("padding")),
      ...moved && { dilation: range(words.dilation, 1, 3, 1, set("dilation")) },
    };
  }

  sizes(name) {
    return this.axes.map(axis => axis[name]);
  }

  own(part, changes) {  // what is drawn or typed has this name
    this.control[part]?.set(this.words.own);
    this.show(changes);
  }

  chooseInput(name) {  // a signal is an image of one row
    const was = this.alone, image = this.inputs[name] ?? this.image;
    this.image = image.map(line => [...line]);
    this.alone = image.length === 1;
    this.root.classList.toggle("alone", this.alone);
    this.input.top = Math.max(1, ...image.flat());
    for (const grid of [this.input, ...this.outputs]) {
      Object.assign(grid, { width: this.alone ? 720 : 300, signed: this.alone });
    }
    if (was === this.alone) this.show();
    else this.kernels ? this.chooseKernel(Object.keys(this.kernels)[0]) : this.resize(2);
  }

  chooseKernel(name) {  // a signal meets its middle row
    const table = this.kernels[name] ?? this.weights;
    this.edit(this.alone ? [table[table.length >> 1]] : table);
    this.control.kernel.set(name);
  }

  resize(size) {  // the middle stays
    const old = this.weights, rows = this.alone ? 1 : size;
    const [top, left] = [(old.length - rows) >> 1, (old[0].length - size) >> 1];
    this.edit(filled(rows, size, (r, c) => old[r + top]?.[c + left] ?? 0));
  }

  edit(table) {  // for each weight a box to type in, above it its pixel, below it their product
    const weights = table.map(line => [...line]), columns = table[0].length;
    const cells = weights.flatMap((line, r) => line.map((value, c) => {
      const name = { "aria-label": `${this.words.kernel}[${r}, ${c}]` };
      const oninput = event => {
        line[c] = Math.max(-999, Math.min(+event.target.value || 0, 999));
        this.own("kernel");
      };
      const box = () => make("input", { ...name, type: "number", step: "any", value, oninput });
      return make("label", {}, make("span"), ...this.kernels ? [box(), make("span")] : []);
    }));
    this.editor.replaceChildren(...cells);
    this.editor.style.setProperty("--columns", columns);
    this.control.size.set(columns);
    this.own("kernel", { weights });
  }

  paint(row, column, ink) {
    const [down, across] = this.axes, line = this.image[row - down.before];
    if (line?.[column - across.before] === undefined) return;
    line[column - across.before] = ink;
    this.own("input");
  }

  show(changes = {}) {  // after a change of anything but the place
    Object.assign(this, changes);
    const { image, alone } = this, both = this.axes = axes(image, this.weights, this.settings);
    const [down, across] = both, places = this.sizes("places");
    this.fits = Math.min(...places) > 0;
    this.padded = filled(...both.map(axis => axis.before + axis.size + axis.after),
      (r, c) => image[r - down.before]?.[c - across.before] ?? null);
    for (const grid of this.outputs) {
      const valueAt = (r, c) => grid.reduce(windowAt(image, both, r, c));
      grid.found = this.fits ? filled(...places, valueAt) : [[0]];
    }
    const cells = alone ? this.padded[0].length : undefined;  // over a signal all are equally wide
    for (const grid of [this.input, ...this.outputs]) Object.assign(grid, { cells });
    this.editor.style.setProperty("--cells", cells);
    const formulas = new Set((alone ? [across] : both).map(sizeInWords));
    this.formula.textContent = `${this.words.formula}: ${[...formulas].join("; ")}`;
    for (const part of [this.formula, this.editor, ...this.outputs.map(grid => grid.element)]) {
      part.style.visibility = this.fits ? "" : "hidden";
    }
    this.draw(this.place);
  }

  draw(place) {
    const { words, weights, fits, alone, axes: [down, across] } = this;
    const [row, column] = this.place = this.axes.map((axis, i) =>
      Math.max(0, Math.min(place[i], axis.places - 1)));
    const [top, left] = [row * down.stride, column * across.stride];
    const taps = across.dilation > 1 ? filled(down.kernel, across.kernel,
      (i, j) => [top + i * down.dilation, left + j * across.dilation, 1, 1]).flat() : [];
    const sized = (name, part) => `${name}: ${this.sizes(part).slice(alone ? 1 : 0).join(" × ")}`;
    this.input.draw(this.padded, sized(words.input, "size"),
      fits ? [...taps, [top, left, down.span, across.span]] : []);
    for (const grid of this.outputs) {
      const low = Math.min(...grid.found.flat()), high = Math.max(...grid.found.flat());
      Object.assign(grid, { place: this.place, signed: alone || low < -1e-9 });
      const caption = `${sized(grid.name, "places")}, ${short(low)} … ${short(high)}`;
      grid.draw(grid.found, caption, [[row, column, 1, 1]]);
    }
    const window = fits ? windowAt(this.image, this.axes, row, column) : weights;
    this.fill(window.flat(), multiply(window, weights), largest(window));
    this.editor.style.setProperty("--middle", left + across.span / 2);
    const found = this.outputs.map(({ name, reduce }) =>
      `${name}[${alone ? "" : `${row}, `}${column}] = ${this.sum(window)}${short(reduce(window))}`);
    this.told.textContent = fits ? found.join(", ") : words.no_window;
  }

  fill(pixels, products, best) {  // the cells of the editor: what stands under the window
    const most = Math.max(1e-9, ...products.map(Math.abs));
    [...this.editor.children].forEach(({ firstChild, lastChild }, i) => {
      firstChild.textContent = short(pixels[i] ?? 0) + (this.kernels ? " ×" : "");
      if (this.kernels) lastChild.textContent = `= ${short(products[i])}`;
      lastChild.style.background = this.kernels ? colour(products[i], 2 * most, true)
        : pixels[i] === null ? "#ddd" : pixels[i] === best ? "#F7D488" : "none";
    });
  }

  sum(window) {  // of products, behind an output
    if (!this.kernels) return "";
    const products = multiply(window, this.weights).map(short);
    if (products.length > 9) return `${this.words.sum.replace("{}", products.length)} = `;
    return `${products.join(" + ").replaceAll("+ −", "− ")} = `;
  }
}

const start = (root, data) => new Windows(root, data);
