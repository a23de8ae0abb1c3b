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
        make("figure", {}, this.caption, this.canvas)));
    this.name = layers[0];
    this.pad.put([...bytes(digit)]);
  }

  show(name = this.name) {
    if (!name) return;
    const found = this.convnet.run(this.pad.pixels(28).flat());
    const { maps, side, count } = found[this.name = name], columns = count > 64 ? 16 : 8;
    const step = side + 1, wide = columns * step + 1, high = count / columns * step + 1;
    const picture = new ImageData(wide, high), least = Math.max(...maps) / 20 || 1;
    const shades = new Uint32Array(picture.data.buffer).fill(0xffc8a070);
    for (let k = 0; k < count; k++) {  // each from 0, black, to its own largest value, white
      const own = maps.filter((_, i) => i % count === k), most = Math.max(...own, least);
      const corner = (Math.floor(k / columns) * step + 1) * wide + k % columns * step + 1;
      own.forEach((value, i) => {
        const shade = 0x10101 * Math.round(255 * value / most);
        shades[corner + Math.floor(i / side) * wide + i % side] = 0xff000000 + shade;
      });
    }
    Object.assign(this.canvas, { width: wide, height: high });
    this.canvas.getContext("2d").putImageData(picture, 0, 0);
    Object.assign(this.canvas.style, { width: "28em", imageRendering: "pixelated" });
    this.caption.textContent = `${name}: ${count} × ${side} × ${side}`;
  }
}

const start = (root, data) => new Maps(root, data);
