import type { Session } from '../session.js';
import { formatInspection } from './format-store.js';

/** Measures a store and prints it. */
export async function inspectStore(session: Session, file: string, options: { readonly batchSize?: number; readonly windowLength?: number }): Promise<void> {
  const { openStore } = await import('@gramkit/data');
  const store = await openStore(file);
  try {
    const inspection = await store.inspect(options);
    session.print(inspection, formatInspection(file, inspection));
  } finally {
    store.close();
  }
}
