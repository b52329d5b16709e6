import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IHeaders } from 'kafkajs';
import type { Message } from '../queue.port.js';
import type { KafkaRecord } from './cluster-access.js';
import type { OutgoingRecord } from './record-sender.js';

/** Headers of this prefix are the adapter's own: they are never shown to who handles a message. */
const ours = 'queue-';

/** What the adapter notes on a message, by name. */
export type OwnHeaders = { readonly [name in 'publisher' | 'batch' | 'replay' | 'parked']?: string };

/** `exact` is the body where its text is not all that came. */
export function recordOf({ key, headers, body }: Message, own: OwnHeaders = {}, exact?: Buffer): OutgoingRecord {
  const all: IHeaders = {};
  for (const [name, value] of Object.entries(headers)) all[name] = value;
  for (const [name, value] of Object.entries(own)) all[ours + name] = value;
  return { key, value: exact ?? Buffer.from(body), headers: all };
}

/** The message in a record of anybody's: without a key or a body they are empty, and of a repeated header the first value counts. */
export function messageOf({ key, value, headers = {} }: Pick<KafkaRecord, 'key' | 'value'> & { readonly headers?: IHeaders }): Message {
  const shown: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const text = headerOf(headers, name);
    if (!name.startsWith(ours) && text !== undefined) shown[name] = text;
  }
  return { key: key?.toString() ?? '', headers: shown, body: value?.toString() ?? '' };
}

/** The bytes of a body that is no text: as text three bytes would stand for each that means nothing, and none could be brought back. */
export function exactOf(value: Buffer | null): Buffer | undefined {
  return value === null || isUtf8(value) ? undefined : Buffer.from(value);
}

export function ownHeader(record: KafkaRecord, name: keyof OwnHeaders): string | undefined {
  return headerOf(record.headers, ours + name);
}

/** A name that nothing else has, for a batch or a message that has none. */
export function newName(): string {
  return randomUUID();
}

function headerOf(headers: IHeaders, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}
