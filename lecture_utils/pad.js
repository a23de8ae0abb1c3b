// A black canvas to draw on in white: with mouse or finger, or with arrow keys and space. kit.js of
// `explore` comes before it.

const SIDE = 280, BRUSH = 24;  // a tenth of it is as thick as MNIST's strokes

class Pad {  // black once it is cleared
  constructor(words, onchange) {
    Object.assign(this, { onchange, cursor: [SIDE / 2, SIDE / 2], down: false });
    this.sheet = make("canvas", { width: SIDE, height: SIDE });  // the ink, without the cursor
    this.ink = this.sheet.getContext("2d", { willReadFrequently: true });
    const named = { tabIndex: 0, role: "application", "aria-label": words.draw };
    this.canvas = make("canvas", { width: SIDE, height: SIDE, ...named });
    this.canvas.style.width = `${SIDE / 15}em`;  // it grows with letters
    const style = `flex: 0 1 auto; align-self: start; max-width: ${SIDE / 15}em`;
    const clear = button(words.clear, () => this.clear());
    this.element = make("figure", { style }, make("figcaption", {}, words.draw), this.canvas,
      make("p", {}, clear, ` ${words.hint_draw}`));
    this.canvas.onpointerdown = event => {
      this.canvas.setPointerCapture(event.pointerId);
      this.line(this.at(event), this.at(event));
    };
    this.canvas.onpointermove = event => event.buttons && this.line(this.cursor, this.at(event));
    this.canvas.onkeydown = event => this.key(event);
    this.canvas.onblur = () => { this.down = false; this.show(); };
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    return [across * SIDE, (event.clientY - box.top) / box.height * SIDE];
  }

  key(event) {
    const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const step = event.key === " " ? [0, 0] : steps[event.key], from = this.cursor;
    if (!step) return;
    event.preventDefault();
    if (event.key === " ") this.down = !this.down;
    this.cursor = from.map((place, i) => Math.min(Math.max(place + 10 * step[i], 0), SIDE));
    if (this.down) this.line(from, this.cursor);
    this.show(true);
  }

  line(from, to) {
    Object.assign(this.ink, { strokeStyle: "#fff", lineWidth: BRUSH, lineCap: "round" });
    this.ink.beginPath();
    this.ink.moveTo(...from);
    this.ink.lineTo(to[0] + 0.01, to[1]);  // a line without length would leave no dot
    this.ink.stroke();
    this.cursor = to;
    this.show();
    this.onchange();
  }

  put(pixels) {  // 28 x 28 of them, from 0 to 255
    pixels.forEach((value, i) => {
      this.ink.fillStyle = `rgb(${value} ${value} ${value})`;
      this.ink.fillRect(i % 28 * 10, Math.floor(i / 28) * 10, 10, 10);
    });
    this.show();
    this.onchange();
  }

  clear() {
    this.cursor = [SIDE / 2, SIDE / 2];
    this.put(Array(784).fill(0));
  }

  show(cursor = false) {  // for those who draw with keys; it is full while the pen is down
    const pen = this.canvas.getContext("2d");
    pen.drawImage(this.sheet, 0, 0);
    if (!cursor) return;
    Object.assign(pen, { strokeStyle: "#E69F00", fillStyle: "#E69F00", lineWidth: 3 });
    pen.beginPath();
    pen.arc(...this.cursor, BRUSH / 2, 0, 7);
    this.down ? pen.fill() : pen.stroke();
  }

  pixels(side = SIDE) {  // rows of numbers from 0 to 1: each the mean of a square
    const { data } = this.ink.getImageData(0, 0, SIDE, SIDE), width = SIDE / side;
    const rows = filled(side, side, 0), place = pixel => Math.floor(pixel / width);
    for (let i = 0; i < SIDE * SIDE; i++) {
      rows[place(i / SIDE)][place(i % SIDE)] += data[4 * i] / 255 / width ** 2;
    }
    return rows;
  }
}
