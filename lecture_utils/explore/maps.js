// Every map of a layer of the convnet, of a digit that is drawn.

class Maps {
  constructor(root, { words, weights, digit }) {
    this.canvas = make("canvas", { role: "img", "aria-label": words.maps });
    Object.assign(this, { convnet: new Convnet(weights), caption: make("figcaption") });
    this.pad = new Pad(words, () => this.show());
    const layers = ["conv1", "pool1", "conv2", "pool2", "conv3"];
    const layer = choice(words.layer, layers, name => this.show(name));
    const maps = make("figure", { style: "flex: 0 1 auto" }, this.caption, this.canvas);
    root.replaceChildren(make("div", { className: "settings" }, layer),
      make("div", { className: "pictures" }, this.pad.element, maps));
    this.pad.put([...bytes(digit)]);
  }

  show(name = this.name ?? "conv1") {
    this.name = name;
    const { maps, side, count } = this.convnet.run(this.pad.pixels(28).flat())[name];
    const columns = Math.round(Math.sqrt(2 * count)), zoom = Math.floor(416 / columns / side);
    const size = side * zoom, step = size + 2, wide = columns * step + 2;
    const picture = new ImageData(wide, Math.ceil(count / columns) * step + 2);
    const least = Math.max(...maps) / 20 || 1;
    const shades = new Uint32Array(picture.data.buffer).fill(0xffc8a070);
    for (let k = 0; k < count; k++) {  // each from 0, black, to its own largest value, white
      const own = Array.from({ length: side * side }, (_, i) => maps[i * count + k]);
      const most = Math.max(...own, least), left = k % columns * step + 2;
      const corner = (Math.floor(k / columns) * step + 2) * wide + left;
      for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
        const value = own[Math.floor(y / zoom) * side + Math.floor(x / zoom)];
        shades[corner + y * wide + x] = 0xff000000 + 0x10101 * Math.round(255 * value / most);
      }
    }
    Object.assign(this.canvas, { width: wide, height: picture.height });
    this.canvas.style.width = `${wide / 15}em`;
    this.canvas.getContext("2d").putImageData(picture, 0, 0);
    this.caption.textContent = `${name}: ${count} × ${side} × ${side}`;
  }
}
const start = (root, data) => new Maps(root, data);
