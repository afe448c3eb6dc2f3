export { OnVerdict } from './on-verdict.js';
export type { TuttiModuleAsyncOptions, TuttiModuleOptions } from './options.js';
export { TuttiHealth, type TuttiHealthFacts } from './tutti-health.js';
export { TuttiModule } from './tutti.module.js';
export type { HandlerState } from './verdict-handlers.js';
