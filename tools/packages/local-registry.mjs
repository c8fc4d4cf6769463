import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { publishedManifest } from './published-manifest.mjs';

/**
 * A registry on this machine that holds the packed packages, so that npm installs them as it will once they are published; for all
 * others it points to the registry that npm knows.
 * @param {readonly import('./pack-packages.mjs').PackedPackage[]} packed
 * @param {string} upstream address of that registry
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startRegistry(packed, upstream) {
  const packages = new Map(packed.map((one) => [one.name, one]));
  const tarballs = new Map(packed.map(({ tarball }) => [`/-/tarballs/${basename(tarball)}`, tarball]));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url.replace(/^\//, ''));
    const tarball = tarballs.get(request.url);
    if (tarball !== undefined) response.end(readFileSync(tarball));
    else if (packages.has(path)) response.setHeader('content-type', 'application/json').end(JSON.stringify(describePackage(packages.get(path), url)));
    else response.writeHead(307, { location: new URL(request.url.replace(/^\//, ''), upstream).href }).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  return {
    url,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function describePackage({ name, manifest, tarball }, url) {
  const hash = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  const version = { ...publishedManifest(manifest), dist: { tarball: `${url}-/tarballs/${basename(tarball)}`, integrity: `sha512-${hash}` } };
  return { name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: version } };
}
