import type { ImportProgress } from '@gramkit/data';
import type { Session } from '../session.js';

const units = { items: 'items', interactions: 'interactions', impressions: 'impressions', grouping: 'events', fingerprint: 'events' } as const;
const names = { items: 'reading items', interactions: 'reading interactions', impressions: 'reading impressions', grouping: 'grouping by user', fingerprint: 'computing the fingerprint' } as const;

/** Shows how far an import is; `interactions` where their number is known beforehand. */
export function importProgress({ display }: Session, interactions = 0): (progress: ImportProgress) => void {
  return ({ part, done }) => display.progress(names[part], done, part === 'interactions' ? interactions : 0, units[part]);
}
