import assistments from './assistments.js';
import generated from './generated.js';
import tabular from './tabular.js';

/** The built-in readers by the name that a configuration uses. */
export const readers = { assistments, generated, tabular } as const;
