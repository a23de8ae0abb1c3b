
// From 0, black, to 1 or what is above it, white; signed, blue below 0 and red above.
function colour(value, most, signed) {
  if (signed) return `hsl(${value < 0 ? 205 : 20} 100% ${100 - 55 * Math.abs(value) / most}%)`;
  return `hsl(0 0% ${100 * Math.max(value, 0) / Math.max(most, 1)}%)`;
}

// An array as a picture, with its numbers where there is room; null, of the padding, is hatched.
// `onmove` hears of the cell that is pointed at, `onpaint` of those that are drawn on, and with
// what: 0, or up to `top`. `width` is in pixels, at letters of 15 pixels; it grows with letters.
class Grid {
  constructor(name, { onmove, onpaint, signed, width = 300, top = 1 }) {
    Object.assign(this, { onmove, onpaint, signed, width, top, place: [0, 0], values: [[0]] });
    this.canvas = make("canvas", { tabIndex: 0, role: "application", "aria-label": name });
    this.caption = make("figcaption");
    this.element = make("figure", {}, this.caption, this.canvas);
    this.canvas.onpointerdown = event => {
      this.canvas.setPointerCapture(event.pointerId);
      this.press(...this.at(event));
    };
    this.canvas.onpointermove = event => this.follow(this.at(event), event.buttons > 0);
    this.canvas.onkeydown = event => this.key(event);
    this.canvas.onfocus = this.canvas.onblur = () => this.redraw?.();
  }

  inside(...cell) {
    const counts = [this.values.length, this.values[0].length];
    return cell.map((place, axis) => Math.min(Math.max(Math.floor(place), 0), counts[axis] - 1));
  }

  at({ clientX, clientY }) {  // the cell under a pointer, however large the canvas is seen
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return this.inside((clientY - top) / height * this.values.length,
      (clientX - left) / width * this.values[0].length);
  }

  press(row, column) {
    const value = this.values[row][column];
    this.ink = value > this.top - 0.5 ? 0 : Math.min(Math.floor(value) + 1, this.top);
    this.go(row, column, true);
  }

  follow(end, pressed) {  // a hand is faster than its events: drawn lines have no gaps
    const start = this.place, far = Math.max(...end.map((to, axis) => Math.abs(to - start[axis])));
    if (this.onpaint && !pressed) return;
    for (let step = this.onpaint ? 1 : far; far && step <= far; step++) {
      this.go(...start.map((from, i) => Math.round(from + (end[i] - from) * step / far)), pressed);
    }
  }

  key(event) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key], [row, column] = this.place;
    if (step) this.go(...this.inside(row + step[0], column + step[1]), false);
    else if (event.key === " ") this.press(row, column);
    else return;
    event.preventDefault();
  }

  go(row, column, painted) {
    this.place = [row, column];
    if (painted) this.onpaint?.(row, column, this.ink);
    this.onmove?.(row, column);
    if (!this.onmove && !painted) this.redraw?.();
  }

  draw(values, caption, marks = []) {  // marks: frames as [row, column, rows, columns, colour]
    if (values !== this.values) this.sheet = this.cellsOf(values);
    Object.assign(this, { values, redraw: () => this.draw(values, caption, marks) });
    const rows = values.length, columns = values[0].length, pen = this.canvas.getContext("2d");
    const many = this.cells ?? Math.max(rows, columns), side = this.sheet.width / columns;
    Object.assign(this.canvas, { width: this.sheet.width, height: this.sheet.height });
    this.canvas.style.width = `min(${100 * columns / many}%, ${3.2 * columns}em)`;
    const room = rows > 1 ? 92 : 100;  // a phone needs some beside an image, to scroll
    this.element.style.maxWidth = `min(${this.width / 15}em, ${room}%)`;
    this.caption.textContent = caption;
    pen.drawImage(this.sheet, 0, 0);
    const cursor = this.onpaint && this.canvas.matches(":focus-visible");
    const frames = cursor ? [...marks, [...this.place, 1, 1, "#0072B2"]] : marks;
    for (const [row, column, height, width, colour = "#D55E00"] of frames) {
      for (const [lineWidth, strokeStyle] of [[9, "#fff"], [5, colour]]) {
        Object.assign(pen, { lineWidth, strokeStyle });
        pen.strokeRect(column * side + 2, row * side + 2, width * side - 4, height * side - 4);
      }
    }
  }

  cellsOf(values) {  // the cells without frames, which move more often than numbers change
    const many = this.cells ?? Math.max(values.length, values[0].length);
    const side = Math.max(4, Math.min(96, Math.floor(2 * this.width / many)));
    const most = Math.max(1e-9, ...values.flat().map(Math.abs)), gap = side > 40 ? 2 : 0;
    const [width, height] = [values[0].length * side, values.length * side];
    const sheet = make("canvas", { width, height }), pen = sheet.getContext("2d");
    Object.assign(pen, { textAlign: "center", textBaseline: "middle", strokeStyle: "#999" });
    values.forEach((line, r) => line.forEach((value, c) => {
      const [x, y] = [c * side, r * side], none = value === null;
      pen.fillStyle = none ? "#e4e4e4" : colour(value, most, this.signed);
      pen.fillRect(x, y, side - gap, side - gap);
      if (none) pen.stroke(new Path2D(`M${x} ${y + side}L${x + side} ${y}`));
      if (none || side < 56) return;
      const dark = this.signed ? Math.abs(value) > 0.8 * most : value < 0.5 * Math.max(most, 1);
      const text = short(value), letters = side * Math.min(0.56, 1.5 / text.length);
      Object.assign(pen, { fillStyle: dark ? "#fff" : "#000", font: `${letters}px sans-serif` });
      pen.fillText(text, x + side / 2, y + side / 2, side);
    }));
    return sheet;
  }
}
