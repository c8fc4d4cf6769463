import { describe, expect, it } from 'vitest';
import { textOfItem } from './text-of-item.js';

const item = { id: 'q1', fields: { title: 'Area', text: 'of a circle', empty: '' } };

describe('textOfItem', () => {
  it('joins fields in the order asked for, also empty ones', () => {
    expect(textOfItem(item, ['text', 'title'])).toBe('of a circle Area');
    expect(textOfItem(item, ['empty'])).toBe('');
  });

  it('refuses an item without the field, and names those it has', () => {
    for (const field of ['body', 'toString']) {
      expect(() => textOfItem(item, ['title', field])).toThrow(expect.objectContaining({ code: 'DATA_MISSING', details: expect.objectContaining({ field, alternatives: ['title', 'text', 'empty'] }) }));
    }
  });
});
