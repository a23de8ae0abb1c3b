// The window of the image that a position of a layer sees, layer by layer.

class Fields {
  constructor(root, { words, pixels, image, layers }) {
    Object.assign(this, { words, layers, layer: 0, point: pixels.map(many => many / 2) });
    this.pixels = filled(...pixels, 0);
    const picture = make("img", { src: image, onload: () => this.show() });
    const pointed = place => this.show({ point: place.map(i => i + 0.5) });
    this.image = new Grid(this, words.image, { picture, onmove: pointed });
    const chosen = place => this.show({ point: place.map((i, axis) => this.middle(axis, i)) });
    this.map = new Grid(this, words.positions, { plain: true, onmove: chosen });
    this.image.key = event => this.map.key(event);  // as far as the layer's jump
    this.told = make("p", { "aria-live": "polite" });
    this.slider = range(words.layer, 0, layers.length - 1, layer => this.show({ layer }),
      i => layers[i].name);
    root.replaceChildren(
      make("div", { className: "settings" }, this.slider), make("p", {}, words.hint_field),
      make("div", { className: "pictures" }, this.image.element, this.map.element, this.told));
    this.show();
  }

  get axes() {  // of the layer: what each position sees, its first pixel and how many
    const [down, across = down] = this.layers[this.layer].axes;
    return [down, across];
  }

  middle(axis, i) { return this.axes[axis][i][0] + this.axes[axis][i][1] / 2; }

  nearest(axis) {  // the position whose window lies around the point, which layers share
    const away = i => Math.abs(this.middle(axis, i) - this.point[axis]);
    return [...this.axes[axis].keys()].reduce((best, i) => away(i) < away(best) ? i : best);
  }

  show(changes = {}) {
    const { words, pixels, point, axes, slider } = Object.assign(this, changes);
    const { name, size, jump } = this.layers[this.layer], counts = axes.map(axis => axis.length);
    const place = [this.nearest(0), this.nearest(1)], [row, column] = place;
    const next = [row, column + (column + 1 < counts[1] ? 1 : -1)];
    const frames = counts[1] > 1 ? [[next, "#0072B2"], [place, "#D55E00"]] : [[place, "#D55E00"]];
    const window = place => [0, 1].map(part => place.map((i, axis) => axes[axis][i][part])).flat();
    slider.set(this.layer);
    this.image.place = point.map(Math.floor);
    this.image.draw(pixels, `${words.image}: ${pixels.length} × ${pixels[0].length}`,
      frames.map(([place, colour]) => [...window(place), colour]));
    this.map.place = place;
    if (!changes.point) this.positions = filled(...counts, 1);
    this.map.draw(this.positions, `${name}: ${counts.join(" × ")}`,
      frames.map(([place, colour]) => [...place, 1, 1, colour]));
    const [top, left, high, wide] = window(place);
    const facts = [`${name}[${place.join(", ")}]`, high, wide, top, top + high - 1,
      left, left + wide - 1, ...size, jump[1]];
    this.told.textContent = words.sees.replace(/\{\}/g, () => facts.shift());
  }
}
const start = (root, data) => new Fields(root, data);
