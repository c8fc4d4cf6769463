import assistments from './assistments.js';
import generated from './generated.js';
import generatedNews from './generated-news.js';
import impressions from './impressions.js';
import mind from './mind.js';
import slam from './slam.js';
import tabular from './tabular.js';

/** The built-in readers by the name that a configuration uses. */
export const readers = { assistments, generated, 'generated-news': generatedNews, impressions, mind, slam, tabular } as const;
