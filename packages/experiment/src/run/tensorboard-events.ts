import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Crc32c } from '@aws-crypto/crc32c';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { unwritable } from './write-file.js';

/**
 * Scalars for TensorBoard: `events.out.tfevents.*`, a TFRecord file of `tensorflow.Event` messages
 * (tensorflow/core/util/event.proto, tensorflow/core/lib/io/record_writer.cc).
 */
export class TensorBoardEvents {
  readonly #descriptor: number;

  /** Starts a new file in `folder`; TensorBoard reads all files of a folder together, later steps over earlier ones. */
  constructor(folder: string, name: string) {
    try {
      mkdirSync(folder, { recursive: true });
      this.#descriptor = openSync(join(folder, `events.out.tfevents.${name}`), 'w');
    } catch (cause) {
      throw unwritable(folder, cause);
    }
    this.#write(eventHeader(Date.now() / 1000, 0).tag(3, WireType.LengthDelimited).string('brain.Event:2'));
  }

  /** One point of each curve. */
  scalars(step: number, values: Readonly<Record<string, number>>, wallSeconds = Date.now() / 1000): void {
    const summary = new BinaryWriter();
    for (const [tag, value] of Object.entries(values)) {
      const entry = new BinaryWriter().tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(value).finish();
      summary.tag(1, WireType.LengthDelimited).bytes(entry);
    }
    this.#write(eventHeader(wallSeconds, step).tag(5, WireType.LengthDelimited).bytes(summary.finish()));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(event: BinaryWriter): void {
    writeSync(this.#descriptor, recordOf(event.finish()));
  }
}

function eventHeader(wallSeconds: number, step: number): BinaryWriter {
  return new BinaryWriter().tag(1, WireType.Bit64).double(wallSeconds).tag(2, WireType.Varint).int64(step);
}

/** Length (uint64), its masked checksum, the message, its masked checksum; all little-endian. */
function recordOf(message: Uint8Array): Uint8Array {
  const record = Buffer.alloc(16 + message.length);
  record.writeBigUInt64LE(BigInt(message.length), 0);
  record.writeUInt32LE(maskedChecksum(record.subarray(0, 8)), 8);
  record.set(message, 12);
  record.writeUInt32LE(maskedChecksum(message), 12 + message.length);
  return record;
}

function maskedChecksum(bytes: Uint8Array): number {
  const checksum = new Crc32c().update(bytes).digest();
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
