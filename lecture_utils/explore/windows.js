// A window that slides over an image or a signal: correlation, and pooling.

// A kernel of so many columns: cut, or with zeros around it. A signal meets its middle row.
function resized(kernel, columns, alone) {
  const rows = alone ? 1 : Math.max(1, kernel.length + columns - kernel[0].length);
  const [up, left] = [(kernel.length - rows) >> 1, (kernel[0].length - columns) >> 1];
  return filled(rows, columns, (r, c) => kernel[r + up]?.[c + left] ?? 0);
}

function inWords(products, many) {  // what stands before their sum
  if (products.length > 9) return `${many.replace("{}", products.length)} = `;
  return `${products.map(short).join(" + ").replaceAll("+ −", "− ")} = `;
}

// The formula of an output's size, with its numbers: ⌊(28 − 3 + 1 + 1) / 2⌋ + 1 = 14.
function sizeInWords({ size, span, before, after, stride, places }) {
  const padded = before + after ? ` + ${before} + ${after}` : "";
  return `⌊(${size} − ${span}${padded}) / ${stride}⌋ + 1 = ${places}`;
}

// `state` is what was chosen, named as the controls; `corner` is the pixel where the window begins.
// What is drawn or typed becomes an input or a kernel to choose.
function start(root, { words, inputs, kernels }) {
  const what = kernels ? "kernel" : "window";
  const state = { stride: kernels ? 1 : 2, padding: "valid", dilation: 1 };
  const withOwn = tables => ({ ...tables, [words.own]: Object.values(tables)[0] });
  const tables = { input: withOwn(inputs), kernel: withOwn(kernels ?? { none: [[0, 0], [0, 0]] }) };
  let image, weights, padded, axes, fits, corner = [0, 0], frame, ink;
  const shown = both => image.length > 1 ? both : [both[1]];  // of a signal one axis
  const controls = [
    choice(words, "input", Object.keys(tables.input), show),
    button(words.clear, () => own("input", image.map(line => line.map(() => 0)))),
    kernels && choice(words, "kernel", Object.keys(tables.kernel), show),
    range({ size: words[`${what}_size`] }, "size", [1, 5], show),
    range(words, "stride", [1, 4], show),
    choice(words, "padding", ["valid", "same", ...kernels ? ["full", "1", "2", "3"] : []], show),
    kernels && range(words, "dilation", [1, 3], show),
  ].filter(Boolean);
  const hold = {}, input = new Grid(words.drawn, { onpaint: paint });
  const onmove = place => lay(axes.map(({ stride, before }, i) => place[i] * stride - before));
  const output = (name, reduce) => new Grid(name, { hold, name, reduce, onmove });
  const outputs = kernels ? [output(words.output, window => correlate(window, weights.flat()))]
    : [output(words.largest, largest), output(words.mean, mean)];
  const boxes = make("div", { className: "weights", role: "group", "aria-label": words.window });
  const pictures = [input, ...outputs].map(grid => grid.element);
  const editor = make("figure", {}, make("figcaption", {}, words[what]), boxes);
  pictures.splice(kernels ? 1 : 3, 0, editor);
  const told = make("p", { "aria-live": "polite" }), formula = make("p");
  root.replaceChildren(
    make("div", { className: "settings" }, ...controls), make("p", {}, words[`hint_${what}`]),
    make("div", { className: "pictures" }, ...pictures), told, formula);
  show({ input: Object.keys(inputs)[0], kernel: Object.keys(tables.kernel)[0] });

  function own(part, table, typed) {  // what is drawn or typed is chosen from then on
    tables[part][words.own] = table;
    show({ [part]: words.own }, typed);
  }

  function paint(cells, begins) {  // the first pixel says with what
    const painted = image.map(line => [...line]);
    const drawn = cells.map(cell => cell.map((at, i) => at - axes[i].before)), last = drawn.at(-1);
    const top = image.length > 1 ? 1 : Math.max(...Object.values(tables.input).flat(2));
    const value = image[last[0]]?.[last[1]] ?? 0;
    if (begins) ink = value > top - 0.5 ? 0 : Math.min(Math.floor(value) + 1, top);
    for (const [r, c] of drawn) if (image[r]?.[c] !== undefined) painted[r][c] = ink;
    const inside = cells.at(-1).every((at, i) => at >= frame[i] && at < frame[i] + frame[i + 2]);
    if (!inside) corner = last;  // the last takes the window along
    own("input", painted);
  }

  function show(changes, typed) {
    Object.assign(state, changes);
    if (changes.kernel) state.size = tables.kernel[state.kernel][0].length;
    image = tables.input[state.input];
    weights = resized(tables.kernel[state.kernel], state.size, image.length === 1);
    ({ padded, axes } = withPadding(image, weights, state));
    fits = axes.every(({ places }) => places > 0);
    for (const control of controls) control.set?.(state);
    root.classList.toggle("alone", image.length === 1);
    root.classList.toggle("unfit", !fits);
    const sized = (name, part) => `${name}: ${shown(axes).map(axis => axis[part]).join(" × ")}`;
    input.fill(padded, sized(words.input, "size"));
    for (const grid of outputs) {
      const at = (...place) => grid.reduce(windowAt(padded, axes, place));
      const found = fits ? filled(axes[0].places, axes[1].places, at) : [[0]];
      const ends = [Math.min, Math.max].map(end => short(end(...found.flat()))).join(" … ");
      const many = image.length > 1 ? undefined : axes[1].padded;  // as wide as the signal's
      grid.fill(found, `${sized(grid.name, "places")}, ${ends}`, many);
    }
    const formulas = new Set(shown(axes).map(sizeInWords));
    formula.textContent = `${words.formula}: ${[...formulas].join("; ")}`;
    // Who types in a box stays in it.
    if (!typed) boxes.replaceChildren(...filled(weights.length, state.size, box).flat());
    lay();
  }

  function lay(to = corner) {  // the window on its place, and what is found there
    corner = to;
    const place = axes.map(({ before, stride, places }, i) =>
      clamp(Math.floor((corner[i] + before) / stride), 0, Math.max(places - 1, 0)));
    const under = cellsUnder(axes, place), window = windowAt(padded, axes, place);
    frame = [...under[0], axes[0].span, axes[1].span];
    const taps = state.dilation > 1 ? under.map(cell => [...cell, 1, 1]) : [];
    input.mark(fits ? [...taps, frame] : []);
    for (const grid of outputs) grid.mark([[...place, 1, 1]], place);
    const products = multiply(window, weights.flat()), at = shown(place).join(", ");
    const steps = kernels ? inWords(products, words.sum) : "";
    const tell = ({ name, reduce }) => `${name}[${at}] = ${steps}${short(reduce(window))}`;
    told.textContent = fits ? outputs.map(tell).join(", ") : words.no_window;
    boxes.style.setProperty("--columns", state.size);
    boxes.style.setProperty("--cells", axes[1].padded);
    boxes.style.setProperty("--middle", frame[1] + axes[1].span / 2);
    const most = Math.max(1e-9, ...products.map(Math.abs)), best = largest(window);
    [...boxes.children].forEach(({ children: [pixel, , product] }, i) => {
      pixel.textContent = short(window[i] ?? 0) + (kernels ? " ×" : "");
      const shade = window[i] === null ? "#ddd" : window[i] === best ? "#F7D488" : "none";
      if (!kernels) return Object.assign(pixel.style, { background: shade });
      product.textContent = `=${short(products[i])}`;
      product.style.background = colour(products[i], 2 * most, true);
    });
  }

  function box(r, c) {  // to type a weight in, above it its pixel, below it their product
    const oninput = ({ target }) => {
      weights[r][c] = clamp(+target.value || 0, -999, 999);
      own("kernel", weights, true);
    };
    const named = { "aria-label": `${words.kernel}[${r}, ${c}]`, value: +weights[r][c].toFixed(3) };
    const input = () => make("input", { type: "number", step: "any", ...named, oninput });
    return make("label", {}, make("span"), ...kernels ? [input(), make("span")] : []);
  }
}
