export { Connections } from './http/connections.js';
export { createHttpServer, OPERATOR_BODY_BYTES_MAX } from './http/http-server.js';
export { isLoopback, listen } from './http/listen.js';
export { type Route, RouteTable } from './http/route-table.js';
export { type ModelNews, publishModel, refusalOf } from './model/publish-model.js';
export { ModelInvalidError, type ModelSource, readModel } from './model/read-model.js';
export { problem, problemOfError, type Refusal } from './problem/problem-of-error.js';
export { ProblemFilter } from './problem/problem.filter.js';
export { PROBLEM_JSON, type Problem, type ProblemError } from './problem/problem.js';
export { sendRefusal } from './problem/send-refusal.js';
export { isTransportCode, TRANSPORT_CODES, type TransportCode } from './problem/transport-codes.js';
export { showError } from './process/show-error.js';
export { accessOf, type AccessSettings, wrongInAccess } from './configuration/access-of.js';
export {
  configInvalid,
  type Env,
  readVariables,
  variablesOf,
  type WrongVariable,
} from './configuration/read-variables.js';
export { ServiceVariables } from './configuration/service-variables.js';
export { type ServiceVersion, versionOf } from './health/version-of.js';
export { DRAIN_MS, EXIT, type Running, runProcess, TERMINAL, type Terminal } from './process/run-process.js';
export { tuneHeap } from './process/tune-heap.js';
export { Undo } from './process/undo.js';
export { untilThere, type UntilThereOptions } from './process/until-there.js';
export { createServiceApp, type ServiceApp, type ServiceAppOptions } from './health/service-app.js';
export { gaugeOf, type GaugeSource } from './health/service-metrics.js';
export type { ServiceProblem, ServiceStatus } from './health/service-status.js';
export { journaledSpace, requireSpace } from './machines/journaled-space.js';
export { openJournal } from './machines/open-journal.js';
