import { SHARE_MAX } from '../data-schema.js';
import type { LearningDefinition, LoopDefinition, ModelDefinition, RolloutDefinition } from '../definition.js';
import type { Entry, Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';

const LOOP = 'honest: { tunes: promise.least, raise: late > 9, lower: late < 2, for: 3 epochs, cooldown: 6 epochs }';
const ROLLOUT = 'rollout: { default: { stages: [5%, 25%, 100%], bake: 2 epochs } }';

/** Reads `learning:`: loops and roll-outs. */
export function parseLearning(
  node: Node,
  at: Entry['keySpan'],
  policies: ModelDefinition['policies'],
  reader: Reader,
): LearningDefinition {
  const { shape } = reader;
  const learning: LearningDefinition = { loops: {}, rollout: {} };
  const map = shape.map(node, '`learning` holds loops and roll-outs', `learning: { loops: { ${LOOP} } }`);
  if (map === undefined) return learning;
  const keys = shape.keys(map, at, '`learning`', ['loops', 'rollout']);
  const loops = keys.get('loops');
  const loopsMap = loops === undefined ? undefined : shape.map(loops.value, '`loops` names loops', LOOP);
  for (const entry of loopsMap?.entries ?? []) {
    if (!shape.name(entry.key, entry.keySpan)) continue;
    const loop = parseLoop(entry, policies, reader);
    if (loop !== undefined) learning.loops[entry.key] = loop;
  }
  const rollout = keys.get('rollout');
  const rolloutMap = rollout === undefined ? undefined : shape.map(rollout.value, '`rollout`', ROLLOUT);
  for (const entry of rolloutMap?.entries ?? []) {
    const known = ['default', 'model', ...Object.keys(policies)];
    if (!known.includes(entry.key)) {
      reader.findings.error(
        'unknown-policy',
        entry.keySpan,
        `there is no policy \`${entry.key}\``,
        didYouMean(entry.key, known),
      );
      continue;
    }
    learning.rollout[entry.key] = parseRollout(entry, policies, reader);
  }
  return learning;
}

function parseLoop(entry: Entry, policies: ModelDefinition['policies'], reader: Reader): LoopDefinition | undefined {
  const { shape, findings } = reader;
  const what = `the loop \`${entry.key}\``;
  const body = shape.map(entry.value, what, LOOP);
  if (body === undefined) return undefined;
  const keys = shape.keys(body, entry.keySpan, 'a loop', ['tunes', 'raise', 'lower', 'for', 'cooldown', 'step']);
  const get = (key: string, example: string): Entry | undefined => shape.required(keys, key, what, example);
  const tunes = get('tunes', 'tunes: promise.least');
  const target =
    tunes === undefined ? undefined : shape.text(tunes.value, '`tunes` names a parameter', 'tunes: promise.least');
  const [policy = '', parameter = ''] = target?.split('.') ?? [];
  const found = Object.hasOwn(policies, policy) ? policies[policy]!.parameters : undefined;
  const tuned = found !== undefined && Object.hasOwn(found, parameter) ? found[parameter] : undefined;
  if (target !== undefined && tuned === undefined) {
    const known = Object.entries(policies).flatMap(([name, { parameters }]) =>
      Object.keys(parameters).map((p) => `${name}.${p}`),
    );
    findings.error(
      'unknown-parameter',
      tunes!.value.span,
      `there is no parameter \`${target}\``,
      didYouMean(target, known),
    );
  }
  const texts: Record<'raise' | 'lower', string | undefined> = { raise: undefined, lower: undefined };
  for (const key of ['raise', 'lower'] as const) {
    const condition = get(key, `${key}: an expression over measures`);
    if (condition !== undefined)
      texts[key] = shape.text(condition.value, `\`${key}\` is an expression`, `${key}: late > 9`);
  }
  const held = get('for', 'for: 3 epochs');
  const cooldown = get('cooldown', 'cooldown: 6 epochs');
  const step = keys.get('step');
  let size = tuned?.type === 'share' ? 100 : 1;
  if (step !== undefined) {
    const read = tuned?.type === 'share' ? shape.share(step.value, 'step') : shape.integer(step.value, 'step', 1);
    if (read === 0) findings.error('bad-number', step.value.span, 'a step of nothing', 'step: 1%');
    size = read ?? size;
  }
  if (tuned !== undefined && size > tuned.maximum - tuned.minimum) {
    const at = step?.value.span ?? tunes!.value.span;
    findings.error(
      'bounds',
      at,
      `one step is wider than the bounds of \`${target}\``,
      'make the step smaller, or widen the bounds',
    );
  }
  const periods = {
    for: held === undefined ? undefined : shape.periods(held.value, 'for', 1),
    cooldown: cooldown === undefined ? undefined : shape.periods(cooldown.value, 'cooldown', 0),
  };
  if (target === undefined || tuned === undefined || texts.raise === undefined || texts.lower === undefined)
    return undefined;
  return {
    tunes: target,
    raise: texts.raise,
    lower: texts.lower,
    for: periods.for ?? 1,
    cooldown: periods.cooldown ?? 0,
    step: size,
  };
}

function parseRollout(entry: Entry, policies: ModelDefinition['policies'], reader: Reader): RolloutDefinition {
  const { shape, findings } = reader;
  const rollout: RolloutDefinition = {};
  const body = shape.map(entry.value, `the roll-out of \`${entry.key}\``, ROLLOUT);
  if (body === undefined) return rollout;
  const keys = shape.keys(body, entry.keySpan, 'a roll-out', ['stages', 'bake', 'abort', 'approval']);
  const stages = keys.get('stages');
  if (stages !== undefined) {
    const list = shape.list(stages.value, '`stages`', 'stages: [5%, 25%, 100%]');
    const shares = list?.items.map((item) => shape.share(item, 'stages')) ?? [];
    shares.forEach((share, i) => {
      const before = i === 0 ? 0 : shares[i - 1];
      if (share === undefined || before === undefined || share > before) return;
      findings.error('stages', list!.items[i]!.span, 'stages grow', 'each is larger than the one before');
    });
    if (list !== undefined && shares.at(-1) !== SHARE_MAX && !shares.includes(undefined)) {
      const at = list.items.at(-1)?.span ?? list.span;
      findings.error('stages', at, 'the last stage is not everybody', 'end with 100%');
    }
    const policy = Object.hasOwn(policies, entry.key) ? policies[entry.key] : undefined;
    if (policy !== undefined && policy.per === undefined && shares.length > 1) {
      findings.error(
        'stages',
        stages.keySpan,
        `\`${entry.key}\` has one revision for all: no stages can be drawn`,
        'give the policy `per`, or remove the stages',
      );
    }
    rollout.stages = shares.filter((share) => share !== undefined);
  }
  const bake = keys.get('bake');
  const bakes = bake === undefined ? undefined : shape.periods(bake.value, 'bake', 1);
  if (bakes !== undefined) rollout.bake = bakes;
  const abort = keys.get('abort');
  const cel =
    abort === undefined ? undefined : shape.text(abort.value, '`abort` is an expression', 'abort: cohort.claims > 9');
  if (cel !== undefined) rollout.abort = cel;
  const approval = keys.get('approval');
  if (approval !== undefined && shape.oneOf(approval.value, 'approval', ['required']) !== undefined)
    rollout.approval = 'required';
  return rollout;
}
