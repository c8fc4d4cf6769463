import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { ItemEncoder } from './item-encoder.js';
import { definePlugin, isPlugin } from './plugin.js';
import { tokens } from './tokens.js';

describe('definePlugin', () => {
  const plugin = definePlugin({
    specificationVersion: 1,
    kind: 'encoder',
    name: 'sample',
    description: 'A sample.',
    options: z.strictObject({ width: z.number().default(4) }),
    dependencies: { seed: tokens.seed, logger: tokens.logger },
    create: ({ options, seed, logger }) => {
      expectTypeOf(options.width).toEqualTypeOf<number>();
      expectTypeOf(seed).toEqualTypeOf<number>();
      expectTypeOf(logger.message).toBeFunction();
      return {} as ItemEncoder;
    },
  });

  it('brands and freezes what it is given', () => {
    expect(isPlugin(plugin)).toBe(true);
    expect(isPlugin({ ...plugin })).toBe(true);
    expect(isPlugin({ kind: 'encoder' })).toBe(false);
    expect(Object.isFrozen(plugin)).toBe(true);
  });

  it('names dependencies by symbols that two copies of the package share', () => {
    expect(plugin.dependencies.seed.key).toBe(Symbol.for('gramkit.seed'));
  });
});
