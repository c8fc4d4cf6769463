export * from './read-word-vectors.js';
export * from './word-vector-lines.js';
