export { ConformanceFailure, type ConformanceCheck } from './check.js';
export type { ExpectedFailure, PluginSubject } from './subject.js';
