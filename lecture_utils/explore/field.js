// The window of the image that a position of a layer sees, layer by layer.

const middle = ([first, many]) => first + many / 2;

function nearest(windows, point) {  // the position whose window lies around a point
  const away = windows.map(window => Math.abs(middle(window) - point));
  return away.indexOf(Math.min(...away));
}

// A layer has for each axis the windows that its positions see, [first pixel, how many]; `point`,
// on the image, is what layers share.
function start(root, { words, pixels, image, layers }) {
  const state = { point: pixels.map(many => many / 2) }, hold = {};
  const pointed = place => show({ point: place.map(i => i + 0.5) });
  const shown = new Grid(words.image, { hold, onmove: pointed });
  const seen = (place, axis) => layers[state.layer].axes[axis][place];
  const chosen = place => show({ point: place.map((i, axis) => middle(seen(i, axis))) });
  const map = new Grid(words.positions, { hold, onmove: chosen });
  shown.key = event => map.key(event);  // as far as the layer's jump
  const told = make("p", { "aria-live": "polite" });
  const slider = range(words, "layer", [0, layers.length - 1], show, i => layers[i].name);
  root.replaceChildren(
    make("div", { className: "settings" }, slider), make("p", {}, words.hint_field),
    make("div", { className: "pictures" }, shown.element, map.element, told));
  shown.fill(filled(...pixels), `${words.image}: ${pixels.join(" × ")}`);
  shown.sheet = make("img", { src: image, onload: () => shown.mark() });
  show({ layer: 0 });

  function show(changes) {
    const { point, layer } = Object.assign(state, changes);
    const { name, axes, size, jump } = layers[layer], counts = axes.map(axis => axis.length);
    slider.set(state);
    if ("layer" in changes) map.fill(filled(...counts), `${name}: ${counts.join(" × ")}`);
    const place = axes.map((windows, axis) => nearest(windows, point[axis])), [row, column] = place;
    const next = [row, column + 1 < counts[1] ? column + 1 : column - 1];
    const frames = [[next, "#0072B2"], [place, "#D55E00"]].slice(counts[1] > 1 ? 0 : 1);
    const window = place => [0, 1].flatMap(part => place.map((i, axis) => seen(i, axis)[part]));
    shown.mark(frames.map(([at, colour]) => [...window(at), colour]), point.map(Math.floor));
    map.mark(frames.map(([at, colour]) => [...at, 1, 1, colour]), place);
    const [top, left, high, wide] = window(place);
    const facts = [`${name}[${place.join(", ")}]`, high, wide, top, top + high - 1,
      left, left + wide - 1, ...size, jump[1]];
    told.textContent = words.sees.replace(/\{\}/g, () => facts.shift());
  }
}
