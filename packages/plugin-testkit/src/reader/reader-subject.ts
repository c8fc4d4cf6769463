import type { PluginSubject } from '../subject.js';

/** Another data set for the same reader: what is left out is as in the subject. */
export interface OtherData {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly baseDirectory?: string;
}

/** A data set that a reader must refuse. */
export interface MalformedData extends OtherData {
  /** How the path of the file ends that is not as it should be. */
  readonly file: string;
  /** One-based. */
  readonly line: number;
}

/** Data that cannot be read, for want of a file or of anything in it. */
export interface UnreadableData extends OtherData {
  readonly code: 'DATA_MISSING' | 'DATA_EMPTY';
}

/** What the checks of a data set reader need to know of it. */
export interface ReaderSubject extends PluginSubject {
  /** The same reader over other content: the fingerprint must be another one. */
  readonly other: OtherData;
  /** Data with one wrong line each. Left out only where a reader reads no text, such as a generator. */
  readonly malformed?: readonly MalformedData[];
  /** Default: none. */
  readonly unreadable?: readonly UnreadableData[];
  /** The most interactions or impressions that a chunk may hold. Default 100,000. */
  readonly maximumChunk?: number;
}
