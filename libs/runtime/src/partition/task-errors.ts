import { TuttiError } from '@tutti/kernel';

/** A partition judges under an epoch that control does not have. Code `journal-corrupt`. */
export function unknownEpoch(stream: string, epoch: number): TuttiError {
  return new TuttiError('journal-corrupt', `${stream} is in epoch ${epoch}, which control has not opened`, {
    where: stream,
    mend: 'Restore the journal whole, stream control included.',
    facts: { stream, epoch },
  });
}

/** A fault of ours ended the task. Code `internal`. */
export function internal(partition: number, cause: unknown): TuttiError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new TuttiError('internal', `partition ${partition} stopped: ${said}`, {
    mend: 'Restart the backbone; if it stops again, report this with the journal.',
    facts: { partition },
    cause,
  });
}
