import { GramkitError } from '@gramkit/spec';

const neededGlibc = '2.27';

/** TensorFlow's library is built against glibc: Alpine and the like have another. */
export function checkSystemLibrary(glibc: string | undefined = runningGlibc()): void {
  if (glibc !== undefined && glibc.localeCompare(neededGlibc, 'en', { numeric: true }) >= 0) return;
  const found = glibc === undefined ? 'this system has another C library' : `this system has glibc ${glibc}`;
  throw new GramkitError('SETUP_PLATFORM', `TensorFlow's library needs glibc ${neededGlibc} or later; ${found}`, {
    fix: 'use a distribution with a current glibc, for instance Debian 11 or Ubuntu 20.04 and later (Alpine has none)',
  });
}

function runningGlibc(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}
