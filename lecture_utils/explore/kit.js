// What all explorers share: controls with names, and grids that answer to mouse, finger and keys.

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
function choice(label, options, chosen, onchange) {  // options: value and words; words alone do
  const items = options.map(option => [].concat(option, option)).map(([value, words]) =>
    make("option", { value, selected: value === chosen }, words));
  const select = make("select", { onchange: () => onchange(select.value) }, ...items);
  const set = value => { select.value = value; };
  return Object.assign(make("label", {}, label, select), { set });
}

function range(label, least, most, value, onchange, words = String) {
  const told = make("output", {}, words(value));
  const input = make("input", { type: "range", min: least, max: most, value });
  const tell = () => { told.textContent = words(+input.value); };
  const set = number => { input.value = number; tell(); };
  input.oninput = () => { tell(); onchange(+input.value); };
  return Object.assign(make("label", {}, label, input, told), { set });
}

const short = value => String(+value.toFixed(2)).replace("-", "−");
const filled = (rows, columns, value) => Array.from({ length: rows }, (_, r) =>
  Array.from({ length: columns }, (_, c) => typeof value === "function" ? value(r, c) : value));
