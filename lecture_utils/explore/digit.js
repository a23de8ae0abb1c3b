// A digit that is drawn, and what the convnet reads.
const start = (root, { words, weights }, convnet = new Convnet(weights)) => {
  const digit = new Digit(root, words, pixels => digit.answer(convnet.run(pixels.flat()).classes));
};
