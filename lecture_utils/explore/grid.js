// From 0, black, to 1, white; signed, blue below 0 and red above, the strongest at `most`.
function colour(value, most, signed) {
  if (signed) return `hsl(${value < 0 ? 205 : 20} 100% ${100 - 55 * Math.abs(value) / most}%)`;
  return `hsl(0 0% ${100 * clamp(value, 0, 1)}%)`;
}

// An array as a picture, with its numbers where there is room; null, of the padding, is hatched,
// undefined has no number. `onmove` hears of the cell that is pointed at, `onpaint` of those that
// are drawn on. A click holds the place, so that it is not lost on the way elsewhere; grids that
// move together share a `hold`.
class Grid {
  constructor(name, options) {
    const { onmove, onpaint } = Object.assign(this, { width: 300, place: [0, 0] }, options);
    const hand = onmove || onpaint ? { tabIndex: 0, role: "application" } : { role: "img" };
    this.canvas = make("canvas", { ...hand, "aria-label": name });
    this.caption = make("figcaption");
    this.element = make("figure", {}, this.caption, this.canvas);
    if (hand.role === "img") return;
    this.canvas.onpointerdown = event => {
      this.canvas.setPointerCapture(event.pointerId);
      this.press(this.at(event));
    };
    this.canvas.onpointermove = event => this.follow(this.at(event), event.buttons > 0);
    this.canvas.onkeydown = event => this.key(event);
    this.canvas.onfocus = this.canvas.onblur = () => this.mark();
  }

  at({ clientX, clientY }) {  // the cell under a pointer, however large the canvas is seen
    const { shape, canvas } = this, { left, top, width, height } = canvas.getBoundingClientRect();
    return this.inside([(clientY - top) / height * shape[0], (clientX - left) / width * shape[1]]);
  }

  inside(cell) { return cell.map((at, i) => clamp(Math.floor(at), 0, this.shape[i] - 1)); }

  press(place) {  // a second click on the place lets go of it
    if (this.onmove) this.hold.on = !(this.hold.on && `${place}` === `${this.place}`);
    this.go(place, [place], true);
  }

  follow(end, pressed) {  // a hand is faster than its events: drawn lines have no gaps
    const start = this.place, far = Math.max(...end.map((to, axis) => Math.abs(to - start[axis])));
    if (!far || !pressed && (this.onpaint || this.hold.on)) return;
    const along = step => start.map((from, i) => Math.round(from + (end[i] - from) * step / far));
    this.go(end, Array.from({ length: far }, (_, i) => along(i + 1)));
  }

  key(event) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key];
    if (step) this.go(this.inside(this.place.map((from, axis) => from + step[axis])));
    else if (event.key === " ") this.press(this.place);
    else return;
    event.preventDefault();
  }

  go(place, cells, begins) {  // `cells` are touched on the way, `begins` at the first touch
    this.place = place;
    if (this.onmove) this.onmove(place);
    else if (cells) this.onpaint(cells, begins);
    else this.mark();
  }

  // `many` cells are as wide as the picture, which grows with letters.
  fill(values, caption, many = Math.max(values.length, values[0].length)) {
    const rows = values.length, columns = values[0].length, total = rows > 1 ? this.width : 720;
    const side = clamp(Math.floor(2 * total / many), 4, 96);
    const size = { width: columns * side, height: rows * side }, sheet = make("canvas", size);
    Object.assign(this, { side, size, sheet, shape: [rows, columns] });
    this.canvas.style.width = `min(${100 * columns / many}%, ${3.2 * columns}em)`;
    this.element.style.maxWidth = `${total / 15}em`;
    this.caption.textContent = caption;
    this.print(values, side, sheet.getContext("2d"));
  }

  print(values, side, pen) {
    const hatch = new Path2D(), known = values.flat().filter(Number.isFinite);
    const numbers = side >= 56 && known.length, gap = numbers || !known.length && side > 5 ? 2 : 0;
    const signed = values.length === 1 || known.some(value => value < -1e-9);
    const most = Math.max(1e-9, ...known.map(Math.abs));
    const dark = value => signed ? Math.abs(value) > 0.8 * most : value < 0.5;
    const longest = numbers ? Math.max(...known.map(value => short(value).length)) : 1;
    const font = `${side * Math.min(0.56, 1.5 / longest)}px sans-serif`;
    Object.assign(pen, { font, textAlign: "center", textBaseline: "middle", strokeStyle: "#999" });
    values.forEach((line, r) => line.forEach((value, c) => {
      const [x, y] = [c * side, r * side], none = !Number.isFinite(value);
      pen.fillStyle = none ? "#e8e8e8" : colour(value, most, signed);
      pen.fillRect(x, y, side - gap, side - gap);
      if (value === null) [hatch.moveTo(x, y + side), hatch.lineTo(x + side, y)];
      if (none || !numbers) return;
      pen.fillStyle = dark(value) ? "#fff" : "#000";
      pen.fillText(short(value), x + side / 2, y + side / 2, side);
    }));
    pen.stroke(hatch);
  }

  mark(marks = this.marks, place = this.place) {  // with [row, column, rows, columns, colour]
    const { canvas, side, size, sheet } = this, pen = canvas.getContext("2d");
    const cursor = this.onpaint && canvas.matches(":focus-visible");
    const frames = cursor ? [...marks, [...place, 1, 1, "#0072B2"]] : marks;
    Object.assign(this, { marks, place });
    Object.assign(canvas, size);  // which clears it; the sheet stays, since frames move more often
    pen.imageSmoothingEnabled = side < 10;
    pen.drawImage(sheet, 0, 0, size.width, size.height);
    for (const [row, column, high, wide, strokeStyle = "#D55E00"] of frames) {
      const lengths = [wide, high].map(length => Math.max(length * side - 4, 8));
      for (const layer of [{ lineWidth: 9, strokeStyle: "#fff" }, { lineWidth: 5, strokeStyle }]) {
        Object.assign(pen, layer).strokeRect(column * side + 2, row * side + 2, ...lengths);
      }
    }
  }
}
