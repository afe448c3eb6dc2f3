export { canonicalJson } from './canonical-json.js';
export { TuttiError, type TuttiErrorDetails } from './error.js';
export { sha256, sha256Hex } from './hash.js';
export type { Json, JsonObject } from './json.js';
export { parseJson } from './parse-json.js';
export { murmur2, partitionOf } from './partition.js';
export { formatTime, parseTime } from './time.js';
