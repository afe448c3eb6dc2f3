export { Access, type AccessOptions, mayBeOpen } from './access/access.js';
export { type Caller, type Scope } from './access/caller.js';
export type { OidcOptions } from './access/oidc-tokens.js';
export { type ContractApp, type ContractAppOptions, createContractApp, openAccess } from './contract-app.js';
export { ContractModule, type ContractModuleOptions } from './contract.module.js';
export { openApiDocument } from './openapi/document.js';
export { createHttpServer, isLoopback, type Problem, type ProblemError, type Route, RouteTable } from '@tutti/service';
