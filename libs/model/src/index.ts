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
export { compileModel, UNDECLARED_STANDING } from './compile-model.js';
export type * from './definition.js';
export { endsOf } from './machine.js';
export { parseModel, type ParsedModel, type ParseOptions } from './parse/parse-model.js';
export { PROBLEM_CODES, type ProblemCode, type ProblemMeaning } from './problems/problem-codes.js';
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
export { defineModel, fromYaml, type DefinedModel, type ModelSource } from './classes/define-model.js';
export { CLASS_CODES, type ClassCode } from './classes/class-codes.js';
export { formatProblem, type FormatOptions } from './problems/format-problem.js';
export { compileExpression, type Expression } from './expressions/expression.js';
export type { ExpressionProblem, Read } from './expressions/find-paths.js';
export { NoEvidence } from './expressions/functions.js';
export type { Scope, ScopeFields, ScopeNode, ScopeValue } from './expressions/scope.js';
export {
  abortScope,
  conditionScope,
  decisionScope,
  epochScope,
  scoreScope,
  type AbortScope,
  type EpochScope,
  type MeasureScope,
} from './expressions/scopes.js';
export { ExpressionFault, type Value } from './expressions/value.js';
