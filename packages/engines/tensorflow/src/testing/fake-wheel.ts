import { writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { fileChecksum } from '../cache/checksum.js';
import type { WheelPin } from '../setup/pins.js';

/** Writes a wheel with the given files, those in `programs` with leave to run, and returns its pin. */
export async function writeFakeWheel(path: string, files: Readonly<Record<string, string>>, programs: readonly string[] = []): Promise<WheelPin> {
  const archive = zip(files, programs);
  await writeFile(path, archive);
  return { distribution: 'fake', version: '1.0', target: [], bytes: archive.length, sha256: await fileChecksum(path) };
}

/** A zip archive of uncompressed files (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16). */
function zip(files: Readonly<Record<string, string>>, programs: readonly string[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const common = entryFields(name, text);
    const header = Buffer.concat([bytes(4, 0x04034b50), common, Buffer.from(name), Buffer.from(text)]);
    central.push(Buffer.concat([bytes(4, 0x02014b50), bytes(2, 20), common, Buffer.alloc(6), permissions(programs.includes(name)), bytes(4, offset), Buffer.from(name)]));
    local.push(header);
    offset += header.length;
  }
  const directory = Buffer.concat(central);
  const count = bytes(2, central.length);
  const end = [bytes(4, 0x06054b50), Buffer.alloc(4), count, count, bytes(4, directory.length), bytes(4, offset), bytes(2, 0)];
  return Buffer.concat([...local, directory, ...end]);
}

/** What the two headers of an entry have in common: from "version needed" to "extra field length". */
function entryFields(name: string, text: string): Buffer {
  const size = bytes(4, Buffer.byteLength(text));
  return Buffer.concat([bytes(2, 20), Buffer.alloc(8), bytes(4, crc32(text)), size, size, bytes(2, Buffer.byteLength(name)), bytes(2, 0)]);
}

/** A file's type and mode as Unix has them, in the upper half of the external attributes. */
function permissions(runs: boolean): Buffer {
  return Buffer.concat([bytes(2, 0), bytes(2, runs ? 0o100744 : 0o100644)]);
}

function bytes(length: 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(length);
  buffer.writeUIntLE(value, 0, length);
  return buffer;
}

/** A `python3` whose pip copies `wheel` to where it is told. */
export function pythonThatDownloads(wheel: string): string {
  return `
if [ "$3" = "--version" ]; then exit 0; fi
while [ $# -gt 0 ]; do
  if [ "$1" = "--dest" ]; then cp '${wheel}' "$2/"; fi
  shift
done`;
}

/** A `python3` whose pip copies the wheel of the distribution it is asked for, `NAME.whl` in `folder`. */
export function pythonThatDownloadsFrom(folder: string): string {
  return `
if [ "$3" = "--version" ]; then exit 0; fi
wheel="${folder}/\${4%%==*}.whl"
while [ $# -gt 0 ]; do
  if [ "$1" = "--dest" ]; then cp "$wheel" "$2/"; fi
  shift
done`;
}

/** A `python3` whose pip fails with `output`. */
export function pythonThatFails(output: string): string {
  return `if [ "$3" = "--version" ]; then exit 0; fi\necho "${output}" >&2\nexit 1`;
}
