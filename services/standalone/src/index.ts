export { isLoopback } from '@tutti/contract-service';
export { Environment } from './configuration/environment.js';
export {
  type Configuration,
  knownVariables,
  PORT_DEFAULT,
  readConfiguration,
} from './configuration/read-configuration.js';
export { describeNews, describeStart } from './describe.js';
export type { ModelNews } from '@tutti/service';
export { ModelInvalidError, type ModelSource, readModel } from '@tutti/service';
export { showError } from '@tutti/service';
export { type Standalone, type StandaloneOptions, startStandalone } from './standalone.js';
