import { expect, test } from 'vitest';
import { lowestVersions } from './installed-checks.mjs';

const one = (name, manifest) => ({ name, manifest });

test('the lowest version that all packages allow of a peer, and of zod; not of each other', () => {
  const packed = [
    one('@gramkit/spec', { dependencies: { zod: '^4.1.0' }, peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' } }),
    one('@gramkit/tensor', { dependencies: { zod: '^4.3.2', yaml: '^2.0.0' }, peerDependencies: { '@gramkit/spec': '^0.1.0', '@tensorflow/tfjs-core': '>=4.20.1 <5' } }),
  ];
  expect(Object.fromEntries(lowestVersions(packed))).toEqual({ zod: '4.3.2', '@tensorflow/tfjs-core': '4.22.0' });
});
