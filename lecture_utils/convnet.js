// The convnet of lecture 05 in the browser. Maps are arrays (row, column, channel), as in Keras.

const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));

// Weights as models/mnist.py stores them: whole numbers, with a scale for each filter.
function unpack(stored, layer) {
  const read = part => bytes(stored[`${layer}/${part}`]).buffer;
  const scales = new Float32Array(read("scale")), biases = new Float32Array(read("bias"));
  const scaled = (whole, i) => whole * scales[i % scales.length];
  return { kernels: Float32Array.from(new Int8Array(read("kernel")), scaled), biases };
}

function convolve({ maps, side, count }, { kernels, biases }, least) {
  const filters = biases.length, size = Math.sqrt(kernels.length / count / filters);
  const places = side - size + 1, found = new Float32Array(places * places * filters);
  for (let r = 0; r < places; r++) for (let c = 0; c < places; c++) {
    const sums = Float64Array.from(biases);
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) for (let k = 0; k < count; k++) {
      const value = maps[((r + i) * side + c + j) * count + k];
      const at = ((i * size + j) * count + k) * filters;
      if (value) for (let f = 0; f < filters; f++) sums[f] += value * kernels[at + f];
    }
    found.set(sums.map(sum => Math.max(sum, least)), (r * places + c) * filters);
  }
  return { maps: found, side: places, count: filters };
}

function pool({ maps, side, count }) {  // the largest of each 2 x 2
  const places = side >> 1, found = new Float32Array(places * places * count);
  const at = (r, c, k) => maps[(r * side + c) * count + k];
  for (let i = 0; i < found.length; i++) {
    const k = i % count, c = 2 * ((i - k) / count % places), r = 2 * Math.floor(i / count / places);
    found[i] = Math.max(at(r, c, k), at(r, c + 1, k), at(r + 1, c, k), at(r + 1, c + 1, k));
  }
  return { maps: found, side: places, count };
}

function softmax(values) {
  const most = Math.max(...values), powers = Array.from(values, value => Math.exp(value - most));
  return powers.map(power => power / powers.reduce((sum, each) => sum + each));
}

class Convnet {  // what each of its layers computes of 28 x 28 pixels from 0 to 1
  constructor(stored) {
    const layers = new Set(Object.keys(stored).map(name => name.split("/")[0]));
    this.weights = Object.fromEntries([...layers].map(name => [name, unpack(stored, name)]));
  }

  run(pixels) {
    const found = {}, { conv1, conv2, conv3, classes } = this.weights;
    found.conv1 = convolve({ maps: pixels, side: 28, count: 1 }, conv1, 0);
    found.pool1 = pool(found.conv1);
    found.conv2 = convolve(found.pool1, conv2, 0);
    found.pool2 = pool(found.conv2);
    found.conv3 = convolve(found.pool2, conv3, 0);
    // The dense layer is a window over all of it.
    if (classes) found.classes = softmax(convolve(found.conv3, classes, -Infinity).maps);
    return found;
  }
}
