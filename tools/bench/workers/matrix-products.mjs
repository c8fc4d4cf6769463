/**
 * Times plain matrix products `[rows, inner] x [inner, columns]` in the engine and the precision of a run, several of one shape in
 * each call, so that a call costs nothing beside them. In bfloat16 the conversion of operands and results is in the time.
 *
 * node matrix-products.mjs '{"products":[{"rows":512,"inner":384,"columns":384}],"precision":"float32","threads":2}'
 */
import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';

const { products, precision, threads } = JSON.parse(process.argv[2]);

const engine = await loadEngine({ threads, precision });
/** Operations of a call, at least, and products of a call, at most. */
const operationsOfCall = 4e8;
const mostCopies = 32;
const leastCalls = 5;
const leastSeconds = 0.2;

function median(numbers) {
  const sorted = [...numbers].sort((first, second) => first - second);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

/** Seconds of one product: the right operand is shared, as weights are. */
function secondsOf({ rows, inner, columns }) {
  const copies = Math.min(mostCopies, Math.ceil(operationsOfCall / (2 * rows * inner * columns)));
  const inputs = { right: tf.randomUniform([inner, columns]) };
  for (let copy = 0; copy < copies; copy++) inputs[`left${copy}`] = tf.randomUniform([rows, inner]);
  const compute = ({ right, ...lefts }) => Object.fromEntries(Object.entries(lefts).map(([name, left]) => [name, tf.matMul(left, right)]));
  const compiled = engine.compile(() => [{ compute }], { name: 'matrix products', mode: 'graph' });
  const call = () => {
    const start = performance.now();
    tf.dispose(compiled.start().next(inputs));
    return (performance.now() - start) / 1000;
  };
  call();
  const seconds = [];
  for (let total = 0; seconds.length < leastCalls || total < leastSeconds; total += seconds.at(-1)) seconds.push(call());
  compiled.dispose();
  tf.dispose(inputs);
  return median(seconds) / copies;
}

console.log(JSON.stringify({ seconds: products.map(secondsOf), peakMemoryBytes: process.resourceUsage().maxRSS * 1024 }));
