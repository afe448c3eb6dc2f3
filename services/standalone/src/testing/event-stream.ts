import type { WireVerdict } from '@tutti/contracts';

export interface StreamedEvent {
  id: string;
  event: string;
  verdict: WireVerdict;
}

/** A stream of server-sent events, read one by one. */
export interface OpenStream {
  /** The next event that has data; heartbeats and bare ids are passed over. */
  next(): Promise<StreamedEvent>;
  close(): void;
}

export async function openStream(url: string, path: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await fetch(`${url}${path}`, { headers, signal: abort.signal });
  if (response.status !== 200) throw new Error(`the stream was answered with ${response.status}`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const block = async (): Promise<string> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end !== -1) {
        const found = text.slice(0, end);
        text = text.slice(end + 2);
        return found;
      }
      const { done, value } = await reader.read();
      if (done) throw new Error('the stream has ended');
      text += value;
    }
  };
  // The place it begins at comes first: from here on nothing is missed.
  await block();
  return {
    async next() {
      for (;;) {
        const fields = new Map<string, string>();
        for (const line of (await block()).split('\n')) {
          const colon = line.indexOf(': ');
          if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
        }
        const data = fields.get('data');
        if (data !== undefined) {
          return { id: fields.get('id')!, event: fields.get('event')!, verdict: JSON.parse(data) as WireVerdict };
        }
      }
    },
    close: () => abort.abort(),
  };
}
