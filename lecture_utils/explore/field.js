// The window of the image that a position of a layer sees, layer by layer.

const HERE = "#D55E00", NEXT = "#0072B2";

class Plane extends Grid {  // rows and columns to point at, over an image or empty
  draw(rows, columns, caption, frames, image) {  // frames: [row, column], [rows, columns], colour
    Object.assign(this, { values: filled(rows, columns, 0) });
    const many = Math.max(rows, columns), side = 2 * this.width / many, lined = !image && side > 5;
    Object.assign(this.canvas, { width: columns * side, height: rows * side });
    this.canvas.style.width = `${100 * columns / many}%`;
    this.element.style.maxWidth = `${this.width / 15}em`;
    this.caption.textContent = caption;
    const pen = this.canvas.getContext("2d"), cell = (r, c) =>
      pen.fillRect(c * side, r * side, side - lined, side - lined);
    Object.assign(pen, { fillStyle: "#eee", imageSmoothingEnabled: side < 10 });
    if (image) pen.drawImage(image, 0, 0, columns * side, rows * side);
    else filled(rows, columns, cell);
    for (const [[row, column], [high, wide], colour] of frames) {
      const sides = [wide, high].map(length => Math.max(length * side - 6, 2));
      for (const [lineWidth, strokeStyle] of [[8, "#fff"], [4, colour]]) {
        Object.assign(pen, { strokeStyle, lineWidth });
        pen.strokeRect(column * side + 3, row * side + 3, ...sides);
      }
    }
  }
}

class Fields {
  constructor(root, { words, pixels, layers }) {
    Object.assign(this, { words, pixels, layer: layers[0], point: pixels.map(many => many / 2) });
    const [src] = decodeURIComponent(root.querySelector("img").src).match(/data:image.bmp[^"]+/);
    this.picture = make("img", { src, onload: () => this.show() });
    const plane = (name, middle) => new Plane(name, {
      onmove: (...place) => this.show({ point: place.map((i, axis) => middle(axis, i)) }) });
    this.image = plane(words.image, (axis, i) => i + 0.5);
    this.map = plane(words.positions, (axis, i) => this.middle(axis, i));
    this.told = make("p", { "aria-live": "polite" });
    const choose = i => this.show({ layer: layers[i] });
    const layer = range(words.layer, 0, layers.length - 1, 0, choose, i => layers[i].name);
    layer.querySelector("input").style.width = "14em";
    root.replaceChildren(make("div", { className: "controls" }, layer),
      make("div", { className: "pictures" }, this.image.element, this.map.element), this.told);
  }

  get axes() { return [this.layer.down, this.layer.across ?? this.layer.down]; }
  middle(axis, i) { return this.axes[axis][i][0] + this.axes[axis][i][1] / 2; }

  nearest(axis) {  // the position whose window lies around the point, which layers share
    const away = i => Math.abs(this.middle(axis, i) - this.point[axis]);
    return [...this.axes[axis].keys()].reduce((best, i) => away(i) < away(best) ? i : best);
  }

  show(changes = {}) {
    Object.assign(this, changes);
    const { words, layer, pixels, axes } = this, counts = axes.map(axis => axis.length);
    const here = [this.nearest(0), this.nearest(1)], seen = here.map((i, axis) => axes[axis][i]);
    const next = [here[0], here[1] + (here[1] + 1 < counts[1] ? 1 : -1)];
    const places = counts[1] > 1 ? [[next, NEXT], [here, HERE]] : [[here, HERE]];
    const window = place => [0, 1].map(part => place.map((i, axis) => axes[axis][i][part]));
    this.image.draw(...pixels, `${words.image}: ${pixels.join(" × ")}`,
      places.map(([place, colour]) => [...window(place), colour]), this.picture);
    this.map.draw(...counts, `${layer.name}: ${counts.join(" × ")}`,
      places.map(([place, colour]) => [place, [1, 1], colour]));
    [this.map.place, this.image.place] = [here, this.point.map(Math.floor)];
    const ends = seen.flatMap(([first, size]) => [first, first + size - 1]);
    const facts = [`${layer.name}[${here.join(", ")}]`, ...seen.map(([, size]) => size), ...ends,
      ...layer.size, layer.jump[1]];
    this.told.textContent = words.sees.replace(/\{\}/g, () => facts.shift());
  }
}
const start = (root, data) => new Fields(root, data);
