const magic = '\x93NUMPY\x01\x00';
const headerBytes = 128;

/**
 * Header of a NumPy file (format 1.0) of little-endian float32 in row-major order.
 * Always 128 bytes, a multiple of 64 as the format asks, so that it can be written again once the number of rows is known.
 */
export function npyHeader(shape: readonly [rows: number, columns: number]): Uint8Array {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const lengthBytes = 2;
  const textBytes = headerBytes - magic.length - lengthBytes;
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 0, 'latin1');
  header.writeUInt16LE(textBytes, magic.length);
  header.write(`${description.padEnd(textBytes - 1)}\n`, magic.length + lengthBytes, 'latin1');
  return header;
}
