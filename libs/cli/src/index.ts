export { importLog } from './import/import-log.js';
export type { ImportOptions } from './import/import-options.js';
export { ImportStoppedError } from './import/import-run.js';
export type { Finding, FindingSample, ImportProgress, ImportReport } from './import/import-report.js';
export { parseImportMap } from './import/map/parse-import-map.js';
export type { ImportMap } from './import/map/import-map.js';
export { ImportProgressBar, showImportReport } from './import/show-import-report.js';
export { Output, type OutputOptions } from './terminal/output.js';
export { outcomeOfFolder } from './journal/outcome-of-folder.js';
