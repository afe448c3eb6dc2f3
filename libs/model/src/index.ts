export type {
  CompiledDecision,
  CompiledModel,
  CompiledRequirement,
  CompiledSubject,
  Problem,
  RequirementOutcome,
  RequirementScope,
  SchemaProblem,
  Standing,
} from './compiled.js';
export type * from './definition.js';
export type { Change, Changed, ChangeKind } from './versions/change.js';
export { contractContent, contractsOf, fullType } from './versions/contract-content.js';
export { describeChange, describeChanges } from './versions/describe-change.js';
export { planPublication, type PublicationPlan, type Published } from './versions/plan-publication.js';
export { showDuration, showParameter, showShare } from './versions/show-value.js';
export { compileClass, type CompiledClass } from './classes/compile-class.js';
export { IsAmount, IsRole, IsShare, IsTime } from './classes/data-rules.js';
export { Decision, type DecisionClass, type DecisionOptions } from './classes/decision-class.js';
export { generateAsyncApi, type AsyncApiPlace } from './generate/async-api.js';
export { dataSchemaUri, generateJsonSchema } from './generate/json-schema.js';
export { generateTypes } from './generate/types.js';
export { readDuration, readShare, type Duration } from './parse/words.js';
export { didYouMean } from './problems/did-you-mean.js';
