import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportFailure } from '../workspace/failure.mjs';
import { installPackages } from '../workspace/install.mjs';
import { checkNodeVersion } from '../workspace/node-version.mjs';
import { packPackages } from './pack-packages.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** `npm run pack`: the tarballs of all public packages, one path a line. */
try {
  checkNodeVersion(root);
  await installPackages(root);
  const packed = await packPackages(root);
  process.stdout.write(packed.map(({ tarball }) => `${relative(root, tarball)}\n`).join(''));
} catch (error) {
  process.exitCode = reportFailure(error);
}
