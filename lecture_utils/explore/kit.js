// What all explorers share: elements, controls with names, and rows of numbers.

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    name in element ? element[name] = value : element.setAttribute(name, value);
  }
  // Jupyter would take keys for itself: on the element that has the focus, this tells it not to.
  if (element.tabIndex >= 0) element.dataset.lmSuppressShortcuts = "true";
  element.append(...children);
  return element;
}

// Controls in their labels. `set` shows another value, and tells nobody.
function choice(label, options, onchange) {
  const select = make("select", { onchange: () => onchange(select.value) },
    ...options.map(option => make("option", {}, option)));
  return Object.assign(make("label", {}, label, select), { set(value) { select.value = value; } });
}

function range(label, min, max, onchange, words = String) {
  const input = make("input", { type: "range", min, max, oninput: () => onchange(+input.value) });
  const told = make("output"), set = value => {
    input.value = value;
    told.textContent = words(value);
  };
  return Object.assign(make("label", {}, label, input, told), { set });
}

const button = (name, onclick) => make("button", { type: "button", onclick }, name);
const short = value => String(+value.toFixed(2)).replace("-", "−");
const sum = numbers => numbers.reduce((total, number) => total + number, 0);
const filled = (rows, columns, value) => Array.from({ length: rows }, (_, r) =>
  Array.from({ length: columns }, (_, c) => typeof value === "function" ? value(r, c) : value));
