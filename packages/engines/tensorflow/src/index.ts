export { cacheDirectory, defaultModelDirectory } from './cache/cache-directory.js';
export { loadEngine, type LoadEngineOptions } from './engine/load-engine.js';
export type { EngineMemory, TensorFlowEngine } from './engine/tensorflow-engine.js';
export { inspectSetup, type InspectSetupOptions, type SetupFinding, type SetupInspection } from './setup/inspect-setup.js';
export type { OnProgress, SetupProgress } from './setup/progress.js';
export { setup, type SetupOptions, type SetupResult } from './setup/setup.js';
