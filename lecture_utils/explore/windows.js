// A window that slides over an image or a signal: correlation, and pooling.

// An axis: all that the formula of the size needs, the size, and the pixels below a window.
function axis(size, kernel, { stride, padding, dilation }) {
  const span = (kernel - 1) * dilation + 1;
  const missing = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
  const same = [missing >> 1, missing - (missing >> 1)], full = [span - 1, span - 1];
  const [before, after] = { valid: [0, 0], same, full }[padding] ?? [+padding, +padding];
  const places = Math.floor((size + before + after - span) / stride) + 1;
  const below = place =>
    Array.from({ length: kernel }, (_, i) => place * stride - before + i * dilation);
  return { size, stride, before, after, span, places, below, padded: before + size + after };
}

function axes(image, weights, settings) {  // nothing is padded above and below a signal
  const down = image.length > 1 ? settings : { ...settings, padding: "valid" };
  return [axis(image.length, weights.length, down),
    axis(image[0].length, weights[0].length, settings)];
}

const windowAt = (image, [down, across], row, column) =>  // its pixels; null on the padding
  down.below(row).flatMap(r => across.below(column).map(c => image[r]?.[c] ?? null));
const multiply = (window, weights) => window.map((pixel, i) => pixel * weights[i]);
const correlate = (window, weights) => sum(multiply(window, weights));
const present = window => window.filter(pixel => pixel !== null);
const largest = window => Math.max(...present(window));
const mean = window => sum(present(window)) / present(window).length;

function inWords(products, many) {  // what stands before their sum
  if (products.length > 9) return `${many.replace("{}", products.length)} = `;
  return `${products.map(short).join(" + ").replaceAll("+ −", "− ")} = `;
}

// The formula of an output's size, with its numbers: ⌊(28 − 3 + 1 + 1) / 2⌋ + 1 = 14.
function sizeInWords({ size, span, before, after, stride, places }) {
  const padded = before + after ? ` + ${before} + ${after}` : "";
  return `⌊(${size} − ${span}${padded}) / ${stride}⌋ + 1 = ${places}`;
}

// `state` is what was chosen, named as the controls, and `corner`, the pixel where the window
// begins. What is drawn or typed becomes an input or a kernel to choose. `show` derives all else.
class Windows {
  constructor(root, { words, inputs, kernels }) {
    const withOwn = tables => ({ ...tables, [words.own]: Object.values(tables)[0] });
    Object.assign(this, { root, words, weighs: Boolean(kernels), inputs: withOwn(inputs) });
    this.kernels = withOwn(kernels ?? { none: [[0, 0], [0, 0]] });
    this.state = { stride: kernels ? 1 : 2, padding: "valid", dilation: 1, corner: [0, 0] };
    const first = (place, i) => this.axes[i].below(place)[0];
    const onmove = place => this.show({ corner: place.map(first) });
    const output = (name, reduce) => new Grid(this, name, { name, reduce, onmove });
    this.input = new Grid(this, words.drawn, { onpaint: (...drawn) => this.paint(...drawn) });
    this.outputs = kernels ? [output(words.output, window => correlate(window, this.weights))]
      : [output(words.largest, largest), output(words.mean, mean)];
    this.editor = make("div", { className: "weights", role: "group", "aria-label": words.window });
    [this.told, this.formula] = [make("p", { "aria-live": "polite" }), make("p")];
    this.controls = this.makeControls();
    const caption = make("figcaption", {}, kernels ? words.kernel : words.window);
    const pictures = [this.input, ...this.outputs].map(grid => grid.element);
    pictures.splice(kernels ? 1 : 3, 0, make("figure", {}, caption, this.editor));
    root.replaceChildren(
      make("div", { className: "settings" }, ...Object.values(this.controls)),
      make("p", {}, kernels ? words.hint_kernel : words.hint_window),
      make("div", { className: "pictures" }, ...pictures), this.told, this.formula);
    this.show({ input: Object.keys(inputs)[0], kernel: Object.keys(this.kernels)[0] });
  }

  makeControls() {
    const { words, weighs } = this, set = name => value => this.show({ [name]: value });
    const blank = () => this.image.map(line => line.map(() => 0));
    const paddings = ["valid", "same", ...weighs ? ["full", "1", "2", "3"] : []];
    return {
      input: choice(words.input, Object.keys(this.inputs), set("input")),
      clear: button(words.clear, () => this.own("input", blank())),
      ...weighs && { kernel: choice(words.kernel, Object.keys(this.kernels), set("kernel")) },
      size: range(weighs ? words.kernel_size : words.window_size, 1, 5, set("size")),
      stride: range(words.stride, 1, 4, set("stride")),
      padding: choice(words.padding, paddings, set("padding")),
      ...weighs && { dilation: range(words.dilation, 1, 3, set("dilation")) },
    };
  }

  own(part, table, changes) {  // what is drawn or typed is chosen from then on
    this[`${part}s`][this.words.own] = table;
    this.show({ [part]: this.words.own, ...changes });
  }

  paint(cells, begins) {  // the first pixel says with what, the last takes the window along
    const { axes, top, frame } = this, image = this.image.map(line => [...line]);
    const drawn = cells.map(cell => cell.map((at, i) => at - axes[i].before)), last = drawn.at(-1);
    const value = image[last[0]]?.[last[1]] ?? 0;
    const inside = cells.at(-1).every((at, i) => at >= frame[i] && at < frame[i] + frame[i + 2]);
    if (begins) this.ink = value > top - 0.5 ? 0 : Math.min(Math.floor(value) + 1, top);
    for (const [r, c] of drawn) if (image[r]?.[c] !== undefined) image[r][c] = this.ink;
    this.own("input", image, inside ? {} : { corner: last });
  }

  show(changes = {}) {
    const state = Object.assign(this.state, changes), image = this.inputs[state.input];
    const kernel = this.kernels[state.kernel], alone = image.length === 1;
    if (changes.kernel) state.size = kernel[0].length;
    this.moves = Object.keys(changes).every(name => name === "corner");  // outputs stay as they are
    // A signal meets a kernel's middle row; a size cuts a kernel, or puts zeros around it.
    const rows = alone ? 1 : Math.max(1, kernel.length + state.size - kernel[0].length);
    const [up, left] = [(kernel.length - rows) >> 1, (kernel[0].length - state.size) >> 1];
    const table = filled(rows, state.size, (r, c) => kernel[r + up]?.[c + left] ?? 0);
    const both = axes(image, table, state), place = both.map(({ before, stride, places }, i) =>
      Math.max(0, Math.min(Math.floor((state.corner[i] + before) / stride), places - 1)));
    Object.assign(this, { image, table, weights: table.flat(), axes: both, place });
    this.top = alone ? Math.max(...Object.values(this.inputs).flat(2)) : 1;
    for (const [name, { set }] of Object.entries(this.controls)) set?.(state[name]);
    this.draw(alone ? [both[1]] : both, both.every(({ places }) => places > 0));
  }

  draw(shown, fits) {
    const { root, words, axes: both, place } = this, window = windowAt(this.image, both, ...place);
    const sized = (name, part) => `${name}: ${shown.map(axis => axis[part]).join(" × ")}`;
    root.classList.toggle("alone", shown.length === 1);
    root.classList.toggle("unfit", !fits);
    this.drawInput(sized(words.input, "size"), fits);
    this.edit(window);
    const steps = this.weighs ? inWords(multiply(window, this.weights), words.sum) : "";
    const found = this.outputs.map(grid => {
      const value = this.drawOutput(grid, sized(grid.name, "places"), fits);
      return `${grid.name}[${place.slice(-shown.length).join(", ")}] = ${steps}${short(value)}`;
    });
    this.told.textContent = fits ? found.join(", ") : words.no_window;
    const formulas = [...new Set(shown.map(sizeInWords))].join("; ");
    this.formula.textContent = `${words.formula}: ${formulas}`;
  }

  drawInput(caption, fits) {
    const { image, axes: [down, across], place: [row, column] } = this;
    if (!this.moves) this.padded = filled(down.padded, across.padded, (r, c) =>
      image[r - down.before]?.[c - across.before] ?? null);
    const frame = this.frame = [row * down.stride, column * across.stride, down.span, across.span];
    const taps = down.below(row).flatMap(r =>
      across.below(column).map(c => [r + down.before, c + across.before, 1, 1]));
    const marks = this.state.dilation > 1 ? [...taps, frame] : [frame];
    this.input.draw(this.padded, caption, fits ? marks : []);
    this.editor.style.setProperty("--cells", across.padded);
    this.editor.style.setProperty("--middle", frame[1] + across.span / 2);
  }

  drawOutput(grid, caption, fits) {  // returns what is found at its place
    const { image, axes: [down, across], place } = this;
    const at = (r, c) => grid.reduce(windowAt(image, this.axes, r, c));
    if (!this.moves) grid.found = fits ? filled(down.places, across.places, at) : [[0]];
    const all = grid.found.flat(), [low, high] = [Math.min(...all), Math.max(...all)].map(short);
    grid.place = place;
    const cells = image.length > 1 ? undefined : across.padded;  // as wide as the signal's
    grid.draw(grid.found, `${caption}, ${low} … ${high}`, [[...place, 1, 1]], cells);
    return at(...place);
  }

  edit(window) {  // the cells of the kernel, or of the window alone
    const { table, weights, weighs, editor } = this, products = multiply(window, weights);
    const shape = table.map(line => line.length).join();
    if (editor.dataset.shape !== shape) {
      editor.dataset.shape = shape;
      editor.style.setProperty("--columns", table[0].length);
      editor.replaceChildren(...table.flatMap((line, r) => line.map((_, c) => this.cell(r, c))));
    }
    const most = Math.max(1e-9, ...products.map(Math.abs)), best = largest(window);
    const seen = pixel => pixel === null ? "#ddd" : pixel === best ? "#F7D488" : "none";
    [...editor.children].forEach(({ children: [pixel, box, product] }, i) => {
      pixel.textContent = short(window[i] ?? 0) + (weighs ? " ×" : "");
      if (!weighs) return Object.assign(pixel.style, { background: seen(window[i]) });
      if (box.weight !== weights[i]) box.value = +(box.weight = weights[i]).toFixed(3);
      product.textContent = `=${short(products[i])}`;
      product.style.background = colour(products[i], 2 * most, true);
    });
  }

  cell(r, c) {  // a box to type in, above it its pixel, below it their product
    const oninput = ({ target }) => {
      const table = this.table.map(line => [...line]);
      target.weight = table[r][c] = Math.max(-999, Math.min(+target.value || 0, 999));
      this.own("kernel", table);
    };
    const name = { "aria-label": `${this.words.kernel}[${r}, ${c}]` };
    const box = () => make("input", { ...name, type: "number", step: "any", oninput });
    return make("label", {}, make("span"), ...this.weighs ? [box(), make("span")] : []);
  }
}

const start = (root, data) => new Windows(root, data);
