import { expect, it } from 'vitest';
import { builtIns } from '../plugins/built-in.js';
import { configurationReference } from './configuration-reference.js';

it('describes every key of the configuration and every option of every built-in plugin', async () => {
  const reference = await configurationReference();
  for (const { kind, name } of builtIns) expect(reference).toContain(`## ${kind} \`${name}\``);
  expect(reference).toContain('| `data.use` | string | required |');
  expect(reference).toContain('| `training.epochs` | integer (>= 1) | `5` |');
  expect(reference).toContain('| `training.checkpointEvery` | integer (>= 1) or string | `"1e"` |');
  expect(reference).toContain('| `optimizers.encoder.use` | string | `"adam"` |');
  expect(reference).toMatch(/\| `interval` \| .* \| `"1e"` \|/);
  expect(reference).toMatch(/\| `optimizers\.encoder` \| section \|.*1e-4/);
  expect(reference).toMatch(/\| `schedule` \| \{ kind: `"constant"` \} or \{ kind: /);
  expect(reference).not.toMatch(/undefined|\[object/);
  const withoutMeaning = reference.split('\n').filter((line) => /^\| `.*\| *\|$/.test(line));
  expect(withoutMeaning).toEqual([]);
});
