// Loads tfjs-node-gpu from the folder given, computes something, and prints the files that loading read, relative to the folder.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';

util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

const folder = realpathSync(process.argv[2]);
const load = createRequire(path.join(folder, 'package.json'));
load('./node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/quiet_load.node');
const tf = load('@tensorflow/tfjs-node-gpu');
load('./node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/operations.node');
if (tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync()[0] !== 2) throw new Error('a matrix product came out wrong');

const files = Object.keys(load.cache).filter((file) => file.startsWith(folder + path.sep));
// Resolution reads them too, and the cache of modules does not list them.
const manifests = files.map((file) => path.join(packageFolder(file), 'package.json'));
const relative = [...new Set([...files, ...manifests])].map((file) => path.relative(folder, file));
process.stdout.write(`loaded: ${JSON.stringify(relative)}\n`);

function packageFolder(file) {
  const start = file.lastIndexOf('node_modules');
  const parts = file.slice(start).split(path.sep);
  return file.slice(0, start) + parts.slice(0, parts[1].startsWith('@') ? 3 : 2).join(path.sep);
}
