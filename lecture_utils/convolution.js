// Correlation and pooling as convolution.py has them, in the browser. kit.js of `explore` comes
// before it. Images are rows of numbers; a signal is an image of one row.

// An axis: all that the formula of the size needs, the size, and what lies under a window.
function axis(size, kernel, { stride, padding, dilation }) {
  const span = (kernel - 1) * dilation + 1, steps = Math.ceil(size / stride) - 1;
  const same = Math.max(steps * stride + span - size, 0);
  const both = { valid: 0, same, full: 2 * (span - 1) }[padding] ?? 2 * padding;
  const before = both >> 1, after = both - before, padded = before + size + after;
  const places = Math.floor((padded - span) / stride) + 1;
  const under = place => Array.from({ length: kernel }, (_, i) => place * stride + i * dilation);
  return { size, stride, before, after, padded, span, places, under };
}

// An image with its padding, null, and its axes. Nothing is padded above and below a signal.
function withPadding(image, weights, settings) {
  const beside = image.length > 1 ? settings : { ...settings, padding: "valid" };
  const down = axis(image.length, weights.length, beside);
  const across = axis(image[0].length, weights[0].length, settings);
  const padded = filled(down.padded, across.padded, (r, c) =>
    image[r - down.before]?.[c - across.before] ?? null);
  return { padded, axes: [down, across] };
}

const cellsUnder = ([down, across], [row, column]) =>
  down.under(row).flatMap(r => across.under(column).map(c => [r, c]));
const windowAt = (padded, axes, place) =>
  cellsUnder(axes, place).map(([r, c]) => padded[r]?.[c] ?? null);
const multiply = (window, weights) => window.map((pixel, i) => pixel * weights[i]);
const correlate = (window, weights) => sum(multiply(window, weights));
const present = window => window.filter(pixel => pixel !== null);
const largest = window => Math.max(...present(window));
const mean = window => sum(present(window)) / present(window).length;
