// From 0, black, to 1, white; signed, blue below 0 and red above, the strongest at `most`.
function colour(value, most, signed) {
  if (signed) return `hsl(${value < 0 ? 205 : 20} 100% ${100 - 55 * Math.abs(value) / most}%)`;
  return `hsl(0 0% ${100 * Math.min(Math.max(value, 0), 1)}%)`;
}

// An array as a picture, with its numbers where there is room; null, of the padding, is hatched.
// `onmove` hears of the cell that is pointed at, `onpaint` of those that are drawn on; then the
// owner has to show itself. A click holds the place, so that it is not lost on the way elsewhere.
// `picture` is shown in place of the numbers; `plain` leaves them out.
class Grid {
  constructor(owner, name, options = {}) {
    const { onmove, onpaint } = Object.assign(this, { width: 300 }, options);
    Object.assign(this, { owner, place: [0, 0], values: [[0]] });
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
    this.canvas.onfocus = this.canvas.onblur = () => owner.show();
  }

  inside(cell) {
    const last = [this.values.length - 1, this.values[0].length - 1];
    return cell.map((place, axis) => Math.min(Math.max(Math.floor(place), 0), last[axis]));
  }

  at({ clientX, clientY }) {  // the cell under a pointer, however large the canvas is seen
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return this.inside([(clientY - top) / height * this.values.length,
      (clientX - left) / width * this.values[0].length]);
  }

  press(place) {  // a second click on the place lets go of it
    if (this.onmove) this.owner.held = !(this.owner.held && `${place}` === `${this.place}`);
    this.go(place, [place], true);
  }

  follow(end, pressed) {  // a hand is faster than its events: drawn lines have no gaps
    const start = this.place, far = Math.max(...end.map((to, axis) => Math.abs(to - start[axis])));
    if (!far || !pressed && (this.onpaint || this.owner.held)) return;
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
    else this.owner.show();
  }

  // Marks are frames, [row, column, rows, columns, colour]; many cells are as wide as the picture.
  draw(values, caption, marks = [], many = Math.max(values.length, values[0].length)) {
    const rows = values.length, columns = values[0].length, pen = this.canvas.getContext("2d");
    const total = rows > 1 ? this.width : 720;
    const side = Math.max(4, Math.min(96, Math.floor(2 * total / many)));
    Object.assign(this.canvas, { width: columns * side, height: rows * side });
    this.canvas.style.width = `min(${100 * columns / many}%, ${3.2 * columns}em)`;
    this.element.style.maxWidth = `${total / 15}em`;  // it grows with letters
    this.caption.textContent = caption;
    pen.imageSmoothingEnabled = side < 10;
    if (!this.picture && values !== this.values) this.sheet = this.cells(values, side);
    this.values = values;
    pen.drawImage(this.picture ?? this.sheet, 0, 0, columns * side, rows * side);
    const cursor = this.onpaint && this.canvas.matches(":focus-visible");
    const frames = cursor ? [...marks, [...this.place, 1, 1, "#0072B2"]] : marks;
    for (const [row, column, high, wide, strokeStyle = "#D55E00"] of frames) {
      const lengths = [wide, high].map(length => Math.max(length * side - 4, 8));
      for (const layer of [{ lineWidth: 9, strokeStyle: "#fff" }, { lineWidth: 5, strokeStyle }]) {
        Object.assign(pen, layer).strokeRect(column * side + 2, row * side + 2, ...lengths);
      }
    }
  }

  cells(values, side) {  // on a sheet of their own, since frames move more often than they change
    const sheet = make("canvas", { width: values[0].length * side, height: values.length * side });
    const pen = sheet.getContext("2d"), { plain } = this, hatch = new Path2D();
    const numbers = side >= 56 && !plain, gap = numbers || plain && side > 5 ? 2 : 0;
    const known = plain ? [1] : values.flat().filter(value => value !== null);
    const signed = values.length === 1 || known.some(value => value < -1e-9);
    const most = Math.max(1e-9, ...known.map(Math.abs));
    const dark = value => signed ? Math.abs(value) > 0.8 * most : value < 0.5;
    const longest = numbers ? Math.max(...known.map(value => short(value).length)) : 1;
    const font = `${side * Math.min(0.56, 1.5 / longest)}px sans-serif`;
    Object.assign(pen, { font, textAlign: "center", textBaseline: "middle", strokeStyle: "#999" });
    values.forEach((line, r) => line.forEach((value, c) => {
      const [x, y] = [c * side, r * side], none = value === null;
      pen.fillStyle = none || plain ? "#e8e8e8" : colour(value, most, signed);
      pen.fillRect(x, y, side - gap, side - gap);
      if (none) [hatch.moveTo(x, y + side), hatch.lineTo(x + side, y)];
      if (none || !numbers) return;
      pen.fillStyle = dark(value) ? "#fff" : "#000";
      pen.fillText(short(value), x + side / 2, y + side / 2, side);
    }));
    pen.stroke(hatch);
    return sheet;
  }
}
