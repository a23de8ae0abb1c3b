// Packs the pieces of each section into slides of 1280 x 720, then starts reveal.js.
//
// Every piece is measured once for each size of letters; the cheapest way to cut a section is then
// found from its end (as TeX finds the lines of a paragraph). A slide costs something, so do small
// letters, small figures and cuts at bad places: between a result and what was seen in it, after a
// colon, within code. Nothing hangs on the window, so every view of a deck is cut alike.
"use strict";

const WORDS = JSON.parse(document.getElementById("words").textContent);
const WIDTH = 1184, HEIGHT = 720, TOP = 34, BOTTOM = 50, RUNNING = 44, GAP = 18;
const SIZES = [  // of text and code, in px, and what they cost
  { text: 28, code: 24, cost: 0 }, { text: 26, code: 22, cost: 1.5 },
  { text: 24, code: 21, cost: 4 }, { text: 22, code: 20, cost: 8 }, { text: 20, code: 20, cost: 18 },
];
const FEW = { text: 34, code: 28 };  // on a slide with a question and little else
const SIDE = { width: 500, gap: 40 };  // the text's column beside a figure
const EXPLORER = 585;  // the height that an explorer may take
const SMALLEST = 20, NARROWEST = 76, LARGEST = 2.2, LEGIBLE = 1.2;

const isFigure = piece => piece.kind.startsWith("figure");
const isResult = piece => isFigure(piece) || piece.kind.startsWith("result");
const isCode = piece => piece.kind.startsWith("code");
const isProse = piece => !isResult(piece) && !isCode(piece);
const sum = numbers => numbers.reduce((total, number) => total + number, 0);

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

// --- Measuring ---------------------------------------------------------------------------------

function letterWidth(measure) {  // of the fixed-width font at 100 px, by its stretch in percent
  const pre = make("pre", "", "0".repeat(20)), box = make("div", "piece", pre), widths = {};
  measure.append(box);
  pre.style.cssText = "display: inline-block; --size: 100px";
  for (let stretch = 100; stretch >= NARROWEST; stretch -= 4) {
    pre.style.setProperty("--stretch", stretch + "%");
    widths[stretch] = pre.getBoundingClientRect().width / 2000;
  }
  box.remove();
  return widths;
}

function fitLetters(piece, size, width, widths) {  // long lines: narrower letters, then smaller ones
  let letters = { size: Math.max(size.code, SMALLEST), stretch: 100 };
  const fits = (px, stretch) => piece.columns * px * widths[stretch] <= width - 44;
  search: for (let px = letters.size; px >= SMALLEST; px--) {
    for (let stretch = 100; stretch >= NARROWEST; stretch -= 4) {
      letters = { size: px, stretch };
      if (fits(px, stretch)) break search;
    }
  }
  piece.element.style.setProperty("--size", letters.size + "px");
  piece.element.style.setProperty("--stretch", letters.stretch + "%");
  return fits(letters.size, letters.stretch);
}

function measureAll(pieces, measure, widths) {  // a layout of the page for each size and width
  measure.append(...pieces.map(piece => piece.element));
  for (const width of [WIDTH, SIDE.width]) {
    measure.style.width = width + "px";
    for (const size of SIZES) {
      measure.style.setProperty("--text", size.text + "px");
      const fits = pieces.map(piece => !piece.columns || fitLetters(piece, size, width, widths));
      pieces.forEach((piece, i) => {
        const { element } = piece, wide = element.scrollWidth > width + 1 || !fits[i] || piece.rigid;
        const high = element.getBoundingClientRect().height;
        if (width === WIDTH) piece.heights.push(high);
        else piece.narrow.push(wide ? Infinity : high);
      });
    }
  }
  for (const piece of pieces) trim(piece, measure);
}

async function settled(element) {  // when what loads its pictures has drawn them
  for (let same = 0, high = 0, waits = 0; same < 4 && waits < 100; waits++) {
    await new Promise(resolve => setTimeout(resolve, 25));
    const now = element.getBoundingClientRect().height;
    same = now === high ? same + 1 : 0;
    high = now;
  }
}

async function wake(explorers, measure) {  // their scripts run once, as wide as on a slide
  if (!explorers.length) return;
  measure.style.width = WIDTH + "px";
  measure.append(...explorers.map(piece => piece.element));
  const waiting = [...document.querySelectorAll("script[type='text/explorer']")];
  for (const text of new Set(waiting.map(script => script.textContent))) {
    document.body.append(make("script", "", text));
  }
  for (const script of waiting) script.remove();
  await settled(measure);
  for (const { element } of explorers) {  // as large as a slide allows; letters stay legible
    const sizes = [28, 26, 24, 22, 21, SMALLEST].map(letters => [letters, 1]);
    for (let shrink = 0.95; shrink > 0.6; shrink -= 0.05) sizes.push([SMALLEST, shrink]);
    for (const [letters, shrink] of sizes) {
      element.style.setProperty("--letters", letters + "px");
      element.style.setProperty("--shrink", shrink);
      if (element.scrollWidth <= WIDTH && element.getBoundingClientRect().height <= EXPLORER) break;
    }
  }
}

function trim(piece, measure) {  // a table that is higher than a slide loses its last rows
  const rows = piece.kind.includes("page") ? [...piece.element.querySelectorAll("tr")] : [];
  const room = HEIGHT - TOP - RUNNING - BOTTOM;
  if (!rows.length || piece.heights.at(-1) <= room) return;
  measure.style.width = WIDTH + "px";
  const mark = make("div", "cut", "⋮");
  piece.element.append(mark);
  let left = 0;
  while (rows.length > 2 && piece.element.getBoundingClientRect().height > room - 24) {
    rows.pop().remove();
    mark.textContent = "⋮ " + WORDS.rows_left_out.replace("{}", ++left);
  }
  piece.heights.fill(piece.element.getBoundingClientRect().height);
}

// --- What a slide and a cut cost ----------------------------------------------------------------

function gap(before, after) {
  if (!before) return 0;
  if (isCode(before) && isCode(after) && before.cell === after.cell) return 0;
  if (before.kind === "exercise" && after.kind.includes("exercise")) return 0;
  if (before.item && after.item && before.cell === after.cell) return 8;
  if (before.cell === after.cell) return 12;
  return GAP;
}

const gaps = pieces => sum(pieces.map((piece, i) => gap(pieces[i - 1], piece)));

function figureCost(figure, scale, room) {
  const best = Math.min(WIDTH / figure.width, (room - figure.extra) / figure.height, LARGEST);
  const share = scale / best;
  if (share < 0.4) return Infinity;
  return 24 * (1 - share) ** 1.5 + 30 * Math.max(0, Math.min(LEGIBLE, best) - scale);
}

function fitStack(pieces, figures, level, room, inRow) {
  const others = pieces.filter(piece => !isFigure(piece));
  const used = sum(others.map(piece => piece.heights[level])) + gaps(pieces);
  if (!figures.length) {
    const empty = 1 - used / room;
    return used > room ? null : { cost: empty > 0.55 ? 3 * (empty - 0.55) : 0 };
  }
  const extra = figures.map(figure => figure.extra), height = figures.map(figure => figure.height);
  const width = figures.map(figure => figure.width);
  const free = inRow ? room - used - Math.max(...extra) : room - used - sum(extra);
  const across = inRow ? (WIDTH - GAP * (figures.length - 1)) / sum(width) : WIDTH / Math.max(...width);
  const scale = Math.min(free / (inRow ? Math.max(...height) : sum(height)), across, LARGEST);
  if (scale <= 0) return null;
  return { cost: sum(figures.map(figure => figureCost(figure, scale, room))), scale, inRow };
}

function fitSides(pieces, figures, level, room) {  // a figure beside what was said before or after
  const at = pieces.indexOf(figures[0]), others = pieces.filter(piece => !isFigure(piece));
  if (figures.length !== 1 || !others.length || (at !== 0 && at !== pieces.length - 1)) return null;
  const used = sum(others.map(piece => piece.narrow[level])) + gaps(others);
  if (used > room) return null;
  const across = (WIDTH - SIDE.width - SIDE.gap) / figures[0].width;
  const scale = Math.min(across, (room - figures[0].extra) / figures[0].height, LARGEST);
  return { cost: 0.5 + figureCost(figures[0], scale, room), scale, sides: at === 0 ? "last" : "first" };
}

function layOut(pieces, room) {  // the cheapest layout of these pieces on one slide, null if none
  let best = null;
  const figures = pieces.filter(isFigure);
  for (let level = 0; level < SIZES.length; level++) {
    const ways = [fitStack(pieces, figures, level, room, false), fitSides(pieces, figures, level, room)];
    if (figures.length > 1 && pieces.indexOf(figures.at(-1)) - pieces.indexOf(figures[0]) === figures.length - 1) {
      ways.push(fitStack(pieces, figures, level, room, true));
    }
    for (const way of ways.filter(Boolean)) {
      const cost = way.cost + SIZES[level].cost;
      if (cost < (best?.cost ?? Infinity)) best = { ...way, cost, level };
    }
  }
  return best;
}

function cutCost(before, after) {
  let cost = 1;
  if (before.colon) cost += 12;
  if (after.answer && isResult(before)) cost += 34;
  if (!before.kind.includes("exercise") && after.kind === "exercise") cost -= 4;
  if (!isCode(before) && after.kind === "code exercise") cost += before.kind === "exercise" ? 30 : 12;
  else if (before.cell === after.cell) {
    if (before.item && after.item) cost += 7;
    else if (isCode(before) && isCode(after)) cost += 5;
    else if (isCode(before)) cost += before.asks ? 0 : 3;
    else cost += isFigure(before) || isFigure(after) ? 0.5 : 2;
    if (after.kind === "guess") cost += 2;
  } else if (after.kind === "guess") cost += 1;
  else if (before.kind === "guess") cost += 1.5;
  if (before.kind.includes("code exercise") && !after.kind.includes("exercise")) cost -= 9;
  if (after.mark === "slide") cost -= 5;
  if (after.mark === "subslide") cost -= 3;
  return cost;
}

function cut(pieces, heading) {  // where the slides of a section begin, and their layouts
  const SLIDE = 6, best = [{ cost: 0 }];
  for (let end = 1; end <= pieces.length; end++) {
    best[end] = { cost: Infinity };
    for (let start = end - 1; start >= 0 && end - start < 24; start--) {
      const room = HEIGHT - TOP - BOTTOM - (start ? RUNNING : heading);
      let way = layOut(pieces.slice(start, end), room);
      if (!way && end - start > 1) continue;
      way ??= { cost: 200, level: SIZES.length - 1, scale: 0.5 };
      const between = start ? cutCost(pieces[start - 1], pieces[start]) : 0;
      const cost = best[start].cost + SLIDE + between + way.cost;
      if (cost < best[end].cost) best[end] = { cost, start, way };
    }
  }
  const slides = [];
  for (let end = pieces.length; end > 0; end = best[end].start) {
    slides.unshift({ pieces: pieces.slice(best[end].start, end), way: best[end].way });
  }
  return slides;
}

// --- Building the slides ------------------------------------------------------------------------

function hideAnswers(pieces) {  // behind a guess, results and what follows them come on demand
  let asked = false, shown = -1, last = null;
  for (const piece of pieces) {
    if (asked && (isResult(piece) || piece.answer)) shown = Math.max(shown, 0);
    const own = piece.mark === "fragment" && piece !== pieces[0];
    if (shown >= 0 || own) {
      if (last && !(last.cell === piece.cell && isProse(last) === isProse(piece))) shown++;
      if (shown < 0) shown = 0;
      piece.element.classList.add("fragment");
      piece.element.dataset.fragmentIndex = shown;
      last = piece;
    }
    if (piece.kind === "guess" && shown < 0) asked = true;
  }
}

function setGaps(pieces) {
  pieces.forEach((piece, i) => {
    piece.element.style.marginTop = gap(pieces[i - 1], piece) + "px";
    const same = other => other && isCode(piece) && isCode(other) && other.cell === piece.cell;
    piece.element.classList.toggle("joined", Boolean(same(pieces[i - 1])));
    piece.element.classList.toggle("joins", Boolean(same(pieces[i + 1])));
  });
}

function arrange(slide, widths) {
  const { pieces, way } = slide, size = way.few ? FEW : SIZES[way.level];
  const columns = Math.max(...pieces.map(piece => piece.columns));
  for (const piece of pieces) {  // all code of a slide in the same letters
    if (isFigure(piece)) piece.element.style.setProperty("--width", piece.width * way.scale + "px");
    if (piece.columns) fitLetters({ ...piece, columns }, size, way.sides ? SIDE.width : WIDTH, widths);
  }
  const figures = pieces.filter(isFigure), others = pieces.filter(piece => !isFigure(piece));
  if (way.sides) {
    setGaps(others);
    const text = make("div", "stack", ...others.map(piece => piece.element));
    const body = make("div", "sides", figures[0].element);
    body[way.sides === "first" ? "prepend" : "append"](text);
    const tracks = [`${SIDE.width}px`, "1fr"];
    body.style.cssText = `gap: ${SIDE.gap}px; grid-template-columns: ${(way.sides === "first" ? tracks : tracks.reverse()).join(" ")}`;
    return body;
  }
  setGaps(pieces);
  const body = make("div", "stack", ...pieces.map(piece => piece.element));
  if (way.inRow) {
    const row = make("div", "row");
    row.style.cssText = `gap: ${GAP}px; margin-top: ${figures[0].element.style.marginTop}`;
    figures[0].element.before(row);
    figures.forEach(figure => { figure.element.style.marginTop = 0; });
    row.append(...figures.map(figure => figure.element));
  }
  return body;
}

function isFew({ pieces, way }) {  // a question, an exercise, with half of the slide empty
  const asked = pieces.some(piece => /guess|exercise/.test(piece.kind));
  const plain = pieces.every(piece => isProse(piece) || piece.kind === "code exercise");
  return asked && plain && sum(pieces.map(piece => piece.heights[way.level])) + gaps(pieces) < 320;
}

function build(slide, index, source, widths) {
  const heading = source.querySelector(":scope > h2");
  const frame = make("div", "frame"), section = make("section", "", frame);
  slide.way.few = isFew(slide);
  frame.classList.toggle("few", slide.way.few);
  frame.style.setProperty("--text", (slide.way.few ? FEW : SIZES[slide.way.level]).text + "px");
  if (heading && !index) frame.append(heading.cloneNode(true));
  else frame.append(make("p", "running", heading ? heading.textContent : document.title));
  hideAnswers(slide.pieces);
  frame.append(arrange(slide, widths));
  const notes = slide.pieces.flatMap(piece => piece.notes);
  section.append(...notes);
  if (!index && source.dataset.id) section.id = source.dataset.id;
  return section;
}

function readPieces(source) {  // the pieces of a section; notes belong to the piece before them
  const pieces = [], early = [];
  for (const element of source.children) {
    const data = element.dataset, last = pieces.at(-1);
    if (element.matches("aside")) (last ? last.notes : early).push(element);
    if (!element.matches(".piece")) continue;
    pieces.push({
      element, kind: data.kind, cell: data.cell, mark: data.mark, item: data.item,
      colon: data.colon, answer: data.answer, columns: Number(data.columns ?? 0),
      width: Number(data.width), height: Number(data.height), extra: Number(data.extra ?? 0),
      heights: [], narrow: [], notes: [], rigid: element.querySelector("table, audio, .lecture-explorer") !== null, asks: last && (last.kind === "guess" || (last.asks && isCode(last))),
    });
  }
  if (pieces.length) pieces[0].notes.push(...early);
  return pieces;
}

function packSection(source, pieces, measure, widths) {
  const heading = source.querySelector(":scope > h2");
  let high = RUNNING;
  if (heading) {
    const box = make("div", "frame", heading.cloneNode(true));
    box.style.cssText = "width: 1280px; height: auto; padding: 0 48px";
    measure.append(box);
    high = box.firstChild.getBoundingClientRect().height + 20;
    box.remove();
  }
  const slides = cut(pieces, high).map((slide, index) => build(slide, index, source, widths));
  if (!slides.length && heading) slides.push(build({ pieces: [], way: { level: 0 } }, 0, source, widths));
  source.replaceWith(make("section", "", ...slides));
}

function fitPlan() {  // a long plan: its rows closer, then in two columns
  const first = document.querySelector(".first"), nav = first.querySelector("nav");
  first.style.display = "block";
  for (const closer of ["snug", "close", "long"]) {
    if (nav.scrollHeight > HEIGHT) nav.querySelector(".plan").classList.add(closer);
  }
}

async function loadFonts() {
  const faces = ["400 28px 'Noto Sans Variable'", "680 28px 'Noto Sans Variable'",
    "italic 400 28px 'Noto Sans Variable'", "400 24px 'Noto Sans Mono Variable'"];
  const letters = document.body.textContent.replace(/\s+/g, "").slice(0, 200000);
  const used = [...new Set(letters)].join("");
  await Promise.all(faces.map(face => document.fonts.load(face, used)));
}

function clickOn(event) {  // a presenter's clicker goes on, whatever has the focus
  const step = { PageDown: "next", PageUp: "prev" }[event.key];
  if (!step || !event.target.closest(".player, .page, .explorer")) return;
  event.preventDefault();
  event.stopPropagation();
  Reveal[step]();
}

function keepKeys(event) {  // a player and an explorer keep the arrow keys and space to themselves
  if (event.target.closest("button, input, select, audio, canvas[tabindex], [tabindex='0']") && event.key !== "Escape") {
    event.stopPropagation();
  }
}

async function start() {
  await loadFonts();
  await MathJax.startup.promise;
  await MathJax.typesetPromise([document.querySelector(".slides")]);
  const measure = make("div", "measure frame"), slides = document.querySelector(".slides");
  document.querySelector(".reveal").append(measure);
  const widths = letterWidth(measure);
  const sources = [...document.querySelectorAll(".source")], read = sources.map(readPieces);
  await wake(read.flat().filter(piece => piece.kind.includes("explorer")), measure);
  measureAll(read.flat().filter(piece => !isFigure(piece)), measure, widths);
  sources.forEach((source, i) => packSection(source, read[i], measure, widths));
  measure.remove();
  fitPlan();
  document.querySelector(".reveal").addEventListener("keydown", clickOn, true);
  for (const page of slides.querySelectorAll(".page, .player, .explorer")) page.addEventListener("keydown", keepKeys);
  await Reveal.initialize({
    width: 1280, height: HEIGHT, margin: 0, minScale: 0.1, maxScale: 4, center: false,
    hash: true, controls: false, progress: true, slideNumber: "c/t", transition: "none",
    navigationMode: "linear", pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    rtl: document.dir === "rtl", plugins: [RevealNotes],
  });
  document.documentElement.classList.add("packed");
}

window.packed = start();
