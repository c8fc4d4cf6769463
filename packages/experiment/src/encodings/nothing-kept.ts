import type { EncodingStore } from '@gramkit/spec';

/** Keeps no encodings: where a container is made without a session. */
export const nothingKept: EncodingStore = {
  obtain: async (_of, _limitBytes, make) => ({ encodings: await make(), kept: false }),
};
