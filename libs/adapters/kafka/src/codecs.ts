import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as snappyCompress } from 'snappy';
import { readSnappy } from './snappy-framing.js';

// Node cannot see this name of a CommonJS module from outside.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** kafkajs hands over what it has encoded so far. */
interface Encoded {
  buffer: Buffer;
}

/** No batch of at most a few MiB of records opens to more; what does is an attack on memory. */
export const UNPACKED_BYTES_MAX = 256 * 1_024 * 1_024;

const limited = { maxOutputLength: UNPACKED_BYTES_MAX };
const [unzip, zip] = [promisify(gunzip), promisify(gzip)];
const [unzstd, zstd] = [promisify(zstdDecompress), promisify(zstdCompress)];

/** Registers what kafkajs lacks: one batch in a codec it does not know stops its consumer (DESIGN §13). */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: Encoded) => zip(buffer),
    decompress: (bytes: Buffer) => unzip(bytes, limited),
  });
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: ({ buffer }: Encoded) => snappyCompress(buffer),
    decompress: (bytes: Buffer) => readSnappy(bytes, UNPACKED_BYTES_MAX),
  });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: ({ buffer }: Encoded) => compressFrame(buffer),
    decompress: (bytes: Buffer) => decompressFrame(bytes),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoded) => zstd(buffer),
    decompress: (bytes: Buffer) => unzstd(bytes, limited),
  });
}
