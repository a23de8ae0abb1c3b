// How a drawn digit is framed as MNIST's were, and bars for the answer. pad.js, and kit.js of
// `explore`, come before it.

const transpose = rows => rows[0].map((_, c) => rows.map(row => row[c]));

function round(number) {  // a half goes to the even neighbour, as in Python
  const low = Math.floor(number), over = number - low;
  return over === 0.5 ? low + low % 2 : low + (over > 0.5);
}

function resize(numbers, count) {  // a row: each new number is a mean of old ones, as Pillow's BOX
  const scale = numbers.length / count, width = Math.max(scale, 1), part = 1 / width;
  return Array.from({ length: count }, (_, i) => {
    const middle = (i + 0.5) * scale, edge = way => Math.floor(middle + way * width / 2 + 0.5);
    const first = Math.max(edge(-1), 0), away = place => (place - middle + 0.5) * part;
    const within = numbers.slice(first, edge(1)).filter((_, j) =>
      away(first + j) > -0.5 && away(first + j) <= 0.5);
    return sum(within) / within.length;
  });
}

// Puts ink, rows of numbers, where MNIST has a digit: the longer side has 20 pixels, the centre of
// mass is at 14, 14, the largest value 1. Returns 28 rows of pixels, the box and the centre; null
// where there is no ink.
function likeMnist(ink) {
  const both = [ink, transpose(ink)];
  const some = both.map(lines => lines.map(line => line.some(value => value > 0)));
  const [top, left] = some.map(marked => marked.indexOf(true));
  const [bottom, right] = some.map(marked => marked.lastIndexOf(true) + 1);
  if (top < 0) return null;
  const crop = ink.slice(top, bottom).map(row => row.slice(left, right));
  const scale = 20 / Math.max(bottom - top, right - left);
  const sizes = [bottom - top, right - left].map(many => Math.max(round(many * scale), 1));
  const [height, width] = sizes;
  const flat = crop.map(row => resize(row, width));
  const small = transpose(transpose(flat).map(column => resize(column, height)));
  const most = Math.max(...small.flat()), digit = small.map(row => row.map(value => value / most));
  const mass = sum(digit.flat()), weighed = (line, i) => i * sum(line) / mass;
  const weigh = lines => sum(lines.map(weighed));
  const centre = [weigh(digit), weigh(transpose(digit))];
  const corner = sizes.map((many, axis) =>
    Math.min(Math.max(round(14 - centre[axis]), 0), 28 - many));
  const pixels = filled(28, 28, (r, c) => digit[r - corner[0]]?.[c - corner[1]] ?? 0);
  const box = [...corner, height, width];
  return { pixels, box, centre: centre.map((place, axis) => place + corner[axis]) };
}

class Digit {  // `ask` takes 28 rows of pixels; whoever has an answer gives it to `answer`
  constructor(root, words, ask) {
    Object.assign(this, { words, ask });
    this.framed = new Grid(words.framed, { width: 240 });
    this.told = make("p", { "aria-live": "polite", style: "min-height: 2.8em" });
    this.bars = Array.from({ length: 10 }, () => make("meter", { min: 0, max: 1, value: 0 }));
    this.shares = this.bars.map(() => make("output"));
    const rows = this.bars.map((bar, i) => make("label", {}, `${i}`, bar, this.shares[i]));
    const bars = make("div", { style: "display: grid; gap: 0.1em; align-self: start" }, ...rows);
    this.pad = new Pad(words, () => this.show());
    const pictures = [this.pad.element, this.framed.element, bars];
    root.replaceChildren(
      this.told, make("div", { className: "pictures" }, ...pictures), make("p", {}, words.ten));
    this.pad.clear();
  }

  show() {
    const found = likeMnist(this.pad.pixels());
    const dot = ([row, column], colour) => [row - 0.1, column - 0.1, 1.2, 1.2, colour];
    const marks = found && [[...found.box, "#E69F00"], dot([14, 14], "#56B4E9"), dot(found.centre)];
    this.framed.fill(found?.pixels ?? filled(28, 28, 0), this.words.framed);
    this.framed.mark(marks ?? []);
    this.empty = !found;
    found ? this.ask(found.pixels) : this.answer(Array(10).fill(0));
  }

  answer(given) {  // it may come late, when the canvas is empty again
    const { words, empty } = this, most = Math.max(...given);
    const share = value => empty ? "" : `${(100 * value).toFixed(1)} %`;
    this.bars.forEach((bar, i) => { bar.value = empty ? 0 : given[i]; });
    this.shares.forEach((told, i) => { told.textContent = share(given[i]); });
    const reads = words.reads.replace("{}", given.indexOf(most)).replace("{}", share(most));
    this.told.textContent = empty ? words.nothing : reads;
  }
}

// On the site and in slides the answers come from the trained convnet, in the browser: convnet.js.
function start(root, { words, weights }) {
  const convnet = new Convnet(weights);
  const digit = new Digit(root, words, pixels => digit.answer(convnet.run(pixels.flat()).classes));
}

// In a notebook the answers come from a model in the kernel, which gets one picture at a time.
function connect(model, element, words) {
  let asked = 0, newest = null, waiting = false;
  const send = () => {
    model.set("pixels", `${asked += 1} ${newest}`);
    model.save_changes();
    [newest, waiting] = [null, true];
  };
  const digit = new Digit(element, words, pixels => {
    const shades = pixels.flat().map(value => Math.round(255 * value));
    newest = shades.map(shade => shade.toString(16).padStart(2, "0")).join("");
    if (!waiting) send();
  });
  model.on("change:answer", () => {
    const { number, probabilities } = JSON.parse(model.get("answer"));
    if (number !== asked) return;
    digit.answer(probabilities);
    waiting = false;
    if (newest !== null) send();
  });
}
