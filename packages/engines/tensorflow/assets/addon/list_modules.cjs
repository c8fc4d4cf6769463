// Loads tfjs-node-gpu from the folder given and prints the files that this read, relative to it.
const { createRequire } = require('node:module');
const path = require('node:path');
const util = require('node:util');

util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

const folder = require('node:fs').realpathSync(process.argv[2]);
const load = createRequire(path.join(folder, 'package.json'));
load('./node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/quiet_load.node');
const tf = load('@tensorflow/tfjs-node-gpu');
if (tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync()[0] !== 2) throw new Error('a matrix product came out wrong');

const files = Object.keys(require.cache).filter((file) => file.startsWith(folder + path.sep));
// CommonJS does not list the package.json files that resolution reads.
const roots = new Set(files.map((file) => file.slice(0, file.lastIndexOf('node_modules')) + packageOf(file)));
const manifests = [...roots].map((root) => path.join(root, 'package.json'));
process.stdout.write(`loaded: ${JSON.stringify([...new Set([...files, ...manifests])].map((file) => path.relative(folder, file)))}\n`);

function packageOf(file) {
  const parts = file.slice(file.lastIndexOf('node_modules')).split(path.sep);
  return parts.slice(0, parts[1].startsWith('@') ? 3 : 2).join(path.sep);
}
