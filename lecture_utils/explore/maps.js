// Every map of a layer of the convnet, of a digit that is drawn.

function start(root, { words, weights, digit }) {
  const convnet = new Convnet(weights), state = { layer: "conv1" };
  const canvas = make("canvas", { role: "img", "aria-label": words.maps });
  const caption = make("figcaption"), pad = new Pad(words, show);
  const layer = choice(words, "layer", ["conv1", "pool1", "conv2", "pool2", "conv3"], show);
  const figure = make("figure", { style: "flex: 0 1 auto" }, caption, canvas);
  root.replaceChildren(make("div", { className: "settings" }, layer),
    make("div", { className: "pictures" }, pad.element, figure));
  pad.put([...bytes(digit)]);

  function show(changes) {
    const { layer } = Object.assign(state, changes);
    const { maps, side, count } = convnet.run(pad.pixels(28).flat())[layer];
    const columns = Math.round(Math.sqrt(2 * count)), zoom = Math.floor(416 / columns / side);
    const size = side * zoom, step = size + 2, wide = columns * step + 2;
    const picture = new ImageData(wide, Math.ceil(count / columns) * step + 2);
    const shades = new Uint32Array(picture.data.buffer).fill(0xffc8a070);
    const least = Math.max(...maps) / 20 || 1;
    for (let k = 0; k < count; k++) {  // each from 0, black, to its own largest value, white
      const own = Array.from({ length: side * side }, (_, i) => maps[i * count + k]);
      const most = Math.max(...own, least), row = Math.floor(k / columns);
      const corner = (row * step + 2) * wide + k % columns * step + 2;
      for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
        const value = own[Math.floor(y / zoom) * side + Math.floor(x / zoom)];
        shades[corner + y * wide + x] = 0xff000000 + 0x10101 * Math.round(255 * value / most);
      }
    }
    Object.assign(canvas, { width: wide, height: picture.height });
    canvas.style.width = `${wide / 15}em`;
    canvas.getContext("2d").putImageData(picture, 0, 0);
    caption.textContent = `${layer}: ${count} × ${side} × ${side}`;
  }
}
