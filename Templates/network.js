// Computes the network of the page in single precision, in the order of the tool: sums of products in
// the order of the inputs, each product and sum rounded once, and then the bias.

const f32 = Math.fround;

// a · b + c for numbers of single precision, rounded once.
function fma(a, b, c) {
  // The product is exact in double precision, the sum is rounded to it; where the double is halfway
  // between two numbers of single precision, its error decides.
  const product = a * b;
  const sum = product + c;
  const rounded = f32(sum);
  const rest = sum - rounded;
  if (rest === 0 || !Number.isFinite(rest) || f32(sum + rest) !== sum + rest) return rounded;
  const part = sum - product;
  const error = (product - (sum - part)) + (c - part);
  if (error === 0) return rounded;
  return (error > 0) === (rest > 0) ? f32(sum + rest) : rounded;
}

function exponential(x) {
  const limited = x > 88 ? 88 : x < -87 ? -87 : x;
  const n = Math.floor(fma(limited, f32(1.44269504), 0.5));
  const r = fma(n, f32(2.12194440e-4), fma(-n, f32(0.693359375), limited));
  let p = f32(1.9875691500e-4);
  for (const one of [1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]) {
    p = fma(p, r, f32(one));
  }
  p = f32(fma(f32(p * r), r, r) + 1);
  return f32(p * 2 ** n);
}

const sigmoid = (x) => f32(1 / f32(1 + exponential(-x)));

function softplus(x) {
  const t = exponential(-Math.abs(x));
  const s = f32(t / f32(2 + t));
  const q = f32(s * s);
  let p = f32(1 / 13);
  for (const one of [11, 9, 7, 5, 3, 1]) p = fma(p, q, f32(1 / one));
  return fma(f32(2 * s), p, x > 0 ? x : 0);
}

// The distribution function of the normal distribution.
function normalShare(x) {
  const z = f32(Math.abs(x) * f32(0.70710678));
  const t = f32(1 / fma(0.5, z, 1));
  let p = f32(0.17087277);
  for (const one of [
    -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
    1.00002368, -1.26551223,
  ]) p = fma(p, t, f32(one));
  const tail = f32(f32(0.5 * t) * exponential(fma(-z, z, p)));
  return x > 0 ? f32(1 - tail) : tail;
}

function geluInner(value) {
  const x = value > 20 ? 20 : value < -20 ? -20 : value;
  return f32(f32(1.59576912) * fma(f32(f32(f32(0.044715) * x) * x), x, x));
}

function mishGate(x) {
  const e = exponential(x > 20 ? 20 : x);
  const n = f32(e * f32(e + 2));
  return f32(n / f32(n + 2));
}

const ACTIVATIONS = {
  "relu": (x) => (x > 0 ? x : 0),
  "leaky-relu": (x, slope) => (x > 0 ? x : f32(slope * x)),
  "elu": (x, slope) => (x > 0 ? x : f32(slope * f32(exponential(x) - 1))),
  "sigmoid": sigmoid,
  "tanh": (x) => f32(2 * sigmoid(f32(2 * x)) - 1),
  "selu": (x) => (x > 0 ? f32(f32(1.05070099) * x) : f32(f32(1.75809934) * f32(exponential(x) - 1))),
  "softplus": softplus,
  "softsign": (x) => f32(x / f32(1 + Math.abs(x))),
  "thresholded-relu": (x, slope) => (x > slope ? x : 0),
  "clipped-relu": (x, slope) => (x < 0 ? 0 : x > slope ? slope : x),
  "hard-swish": (x) => {
    const gate = fma(x, f32(1 / 6), 0.5);
    return f32(x * (gate < 0 ? 0 : gate > 1 ? 1 : gate));
  },
  "silu": (x) => f32(x * sigmoid(x)),
  "gelu": (x) => f32(x * normalShare(x)),
  "gelu-tanh": (x) => f32(x * sigmoid(geluInner(x))),
  "mish": (x) => f32(x * mishGate(x)),
};

// The weights and biases of a layer, decoded once.
function parametersOf(layer) {
  if (layer.values) return layer.values;
  const text = atob(layer.parameters);
  const view = new DataView(new ArrayBuffer(text.length));
  for (let at = 0; at < text.length; at += 1) view.setUint8(at, text.charCodeAt(at));
  const values = new Float32Array((layer.inputs + 1) * layer.units);
  for (let at = 0; at < text.length / 4; at += 1) {
    values[layer.positions?.[at] ?? at] = view.getFloat32(4 * at, true);
  }
  layer.values = values;
  return values;
}

// A row as inputs of the first layer.
function encoded(network, row) {
  return network.inputs.map(([column, ...numbers]) => {
    const value = row[column];
    switch (numbers.length) {
      // A number with mean and scale, a level with its position, or whether the value is missing.
      case 2: return Number.isNaN(value) ? 0 : f32((value - numbers[0]) / numbers[1]);
      case 1: return value === numbers[0] ? 1 : 0;
      default: return Number.isNaN(value) ? 1 : 0;
    }
  });
}

function outputsOf(layer, values) {
  const parameters = parametersOf(layer);
  const activation = ACTIVATIONS[layer.function] ?? ((x) => x);
  const outputs = [];
  for (let unit = 0; unit < layer.units; unit += 1) {
    let sum = 0;
    for (let input = 0; input < layer.inputs; input += 1) {
      sum = fma(parameters[input * layer.units + unit], values[input], sum);
    }
    sum = f32(sum + parameters[layer.inputs * layer.units + unit]);
    outputs.push(activation(sum, layer.slope));
  }
  return outputs;
}

// The hidden features and the outputs of the network for a row.
function computed(network, row) {
  let values = encoded(network, row);
  let features = [];
  network.layers.forEach((layer, at) => {
    values = outputsOf(layer, values);
    if (at + 1 === network.featureLayers) features = values;
  });
  return { features, outputs: values };
}

// The prediction of the network: the position of the class, the probabilities of the classes if it
// gives some, and the number of a numeric target.
function predicted(data, row) {
  const network = data.network;
  const { features, outputs } = computed(network, row);
  if (network.head === "number") {
    const number = outputs[0] * network.targetScale + network.targetMean;
    const interval = (data.cuts ?? []).findIndex((cut) => number <= cut);
    return { features, number, answer: interval < 0 ? (data.cuts ?? []).length : interval };
  }
  const logistic = (x) => 1 / (1 + Math.exp(-x));
  if (outputs.length === 1) {
    const second = logistic(outputs[0]);
    return {
      features, answer: outputs[0] > 0 ? 1 : 0,
      probabilities: network.givesLogits ? [1 - second, second] : undefined,
    };
  }
  const largest = Math.max(...outputs);
  const powers = outputs.map((one) => Math.exp(one - largest));
  const sum = powers.reduce((all, one) => all + one, 0);
  return {
    features, answer: outputs.indexOf(largest),
    probabilities: network.head === "softmax"
      ? powers.map((one) => one / sum) : outputs.map(logistic),
  };
}
