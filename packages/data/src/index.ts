/** Data sets of Gramkit: readers and a generator, the store, splits and batches. */
export { Batches, openBatches, type BatchesOptions, type EvaluationBatchesOptions, type TrainBatchesOptions } from './batches/batches.js';
export type { EvaluationBatch } from './batches/evaluation-batch.js';
export { explainedDifficulty, generateCatalogue, generatedContent, type GeneratedItem } from './generator/catalogue.js';
export { generatorOptions, type GeneratorOptions } from './generator/options.js';
export { skills as generatorSkills, type ItemText } from './generator/texts.js';
export { assistmentsOptions, createAssistmentsReader, type AssistmentsOptions } from './readers/assistments.js';
export { createGeneratedReader } from './readers/generated.js';
export { readers } from './readers/readers.js';
export { createTabularReader, tabularOptions, type TabularOptions } from './readers/tabular.js';
export { hash32, hashStreams, permutation } from './split/hash.js';
export { splitNames, splitUsers, type Split, type SplitName, type SplitOptions } from './split/split.js';
export type { Ceiling } from './store/ceiling.js';
export type { DatabaseLimits } from './store/database.js';
export { importDataset, type DatasetSummary, type ImportOptions, type ImportProgress } from './store/import-dataset.js';
export type { Distribution, Inspection, InspectionOptions } from './store/inspection.js';
export { exportParquet, type ParquetExport } from './store/parquet.js';
export { openStore, Store, type StoredUsers } from './store/store.js';
