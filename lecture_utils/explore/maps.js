// Every map of a layer of the convnet, of a digit that is drawn.

class Maps {
  constructor(root, { words, weights, digit }) {
    const layers = ["conv1", "pool1", "conv2", "pool2", "conv3"];
    Object.assign(this, { convnet: new Convnet(weights), caption: make("figcaption") });
    this.canvas = make("canvas", { role: "img", "aria-label": words.maps });
    this.pad = new Pad(words.draw, () => this.show());
    const clear = make("button", { type: "button", onclick: () => this.pad.clear() }, words.clear);
    const layer = choice(words.layer, layers, layers[0], name => this.show(name));
    root.replaceChildren(make("div", { className: "controls" }, layer, clear),
      make("div", { className: "pictures" }, this.pad.element,
        make("figure", { style: "flex: 0 1 auto; align-self: start" }, this.caption, this.canvas)));
    this.name = layers[0];
    this.pad.put([...bytes(digit)]);
  }

  show(name = this.name) {
    if (!name) return;
    const found = this.convnet.run(this.pad.pixels(28).flat());
    const { maps, side, count } = found[this.name = name], columns = count > 64 ? 16 : 8;
    const zoom = Math.floor(432 / columns / side), size = side * zoom, step = size + 2;
    const wide = columns * step + 2, high = count / columns * step + 2;
    const picture = new ImageData(wide, high), least = Math.max(...maps) / 20 || 1;
    const shades = new Uint32Array(picture.data.buffer).fill(0xffc8a070);
    for (let k = 0; k < count; k++) {  // each from 0, black, to its own largest value, white
      const own = maps.filter((_, i) => i % count === k), most = Math.max(...own, least);
      const corner = (Math.floor(k / columns) * step + 2) * wide + k % columns * step + 2;
      for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
        const value = own[Math.floor(y / zoom) * side + Math.floor(x / zoom)];
        shades[corner + y * wide + x] = 0xff000000 + 0x10101 * Math.round(255 * value / most);
      }
    }
    Object.assign(this.canvas, { width: wide, height: high });
    this.canvas.getContext("2d").putImageData(picture, 0, 0);
    this.caption.textContent = `${name}: ${count} × ${side} × ${side}`;
  }
}

const start = (root, data) => new Maps(root, data);
