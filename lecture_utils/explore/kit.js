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

// Controls in their labels. What is chosen goes by its name to `show`, and comes back by `set`.
function choice(words, name, options, show) {
  const select = make("select", { onchange: () => show({ [name]: select.value }) },
    ...options.map(option => make("option", {}, option)));
  const set = state => { select.value = state[name]; };
  return Object.assign(make("label", {}, words[name], select), { set });
}

function range(words, name, [min, max], show, inWords = String) {
  const oninput = () => show({ [name]: +input.value });
  const input = make("input", { type: "range", min, max, oninput }), told = make("output");
  const set = state => {
    input.value = state[name];
    told.textContent = inWords(state[name]);
  };
  return Object.assign(make("label", {}, words[name], input, told), { set });
}

const button = (name, onclick) => make("button", { type: "button", onclick }, name);
const short = value => String(+value.toFixed(2)).replace("-", "−");
const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
const sum = numbers => numbers.reduce((total, number) => total + number, 0);
const filled = (rows, columns, value) => Array.from({ length: rows }, (_, r) =>
  Array.from({ length: columns }, (_, c) => typeof value === "function" ? value(r, c) : value));
