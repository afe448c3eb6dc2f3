export { isLoopback } from '@tutti/contract-service';
export { Environment } from './configuration/environment.js';
export {
  type Configuration,
  knownVariables,
  PORT_DEFAULT,
  readConfiguration,
} from './configuration/read-configuration.js';
export { describeNews, describeStart } from './describe.js';
export type { ModelNews } from './model/publish-model.js';
export { ModelInvalidError, type ModelSource, readModel } from './model/read-model.js';
export { showError } from './show-problem.js';
export { type Standalone, type StandaloneOptions, startStandalone } from './standalone.js';
