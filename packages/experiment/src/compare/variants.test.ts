import { describe, expect, it } from 'vitest';
import { parseVariant, variantOf } from './variants.js';

const base = {
  tokenizer: { use: 'huggingface', model: 'bert', fields: ['title'], maxLength: 32 },
  encoder: { use: 'bert' },
  strategy: { use: 'multi-step', interval: '1e', passes: 3 },
  optimizers: { encoder: { use: 'adam', learningRate: 1e-4 }, model: { use: 'adam', learningRate: 1e-3 } },
};

describe('variantOf', () => {
  it("puts the paper's baselines in place of encoder, tokenizer and strategy; what starts from nothing learns at the sequence model's rate", () => {
    expect(variantOf('no-content', base).sections).toEqual({ ...base, encoder: { use: 'id' }, strategy: { use: 'single-step' }, optimizers: { encoder: base.optimizers.model, model: base.optimizers.model } });
    expect(variantOf('eernn', base).sections).toMatchObject({ encoder: { use: 'bilstm' }, tokenizer: { use: 'words', fields: ['title'], maxLength: 32 }, strategy: { use: 'single-step' }, optimizers: { encoder: { learningRate: 1e-3 } } });
    expect(variantOf('no-finetune', base).sections).toEqual({ ...base, strategy: { use: 'frozen' } });
  });

  it('takes every other name for a strategy, whose options stay where it is the configured one', () => {
    expect(variantOf('multi-step:10', base)).toEqual({ sections: { ...base, strategy: { use: 'multi-step', interval: 10, passes: 3 } }, overrides: [] });
    expect(variantOf('frozen', base).sections).toEqual({ ...base, strategy: { use: 'frozen' } });
  });

  it('lets a variant name a strategy as the command line does, beside other settings', () => {
    const custom = { small: ['model.hidden=64', 'strategy=frozen'], rated: ['strategy.passes=2'], whole: ['strategy={use: frozen}'] };
    expect(variantOf('small', base, custom)).toEqual({ sections: { ...base, strategy: { use: 'frozen' } }, overrides: ['model.hidden=64'] });
    expect(variantOf('rated', base, custom)).toEqual({ sections: base, overrides: ['strategy.passes=2'] });
    expect(variantOf('whole', base, custom)).toEqual({ sections: base, overrides: ['strategy={use: frozen}'] });
  });
});

describe('parseVariant', () => {
  it('splits at commas that a setting follows', () => {
    expect(parseVariant('small=model.hidden=64,tokenizer.fields=[title, abstract],strategy=multi-step:1e')).toEqual(['small', ['model.hidden=64', 'tokenizer.fields=[title, abstract]', 'strategy=multi-step:1e']]);
  });

  it.each(['small', 'small=', 'small=model', '=model.hidden=1', 'a b=model.hidden=1'])('refuses %s', (text) => {
    expect(() => parseVariant(text)).toThrow(/is no variant/);
  });
});
