import type { Message } from './queue.port.js';

/** The attributes of a CloudEvents 1.0 event that we use; others are carried by nobody. */
export interface CloudEventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
}

/** An event with its data as it came: what the data must look like is for the caller to say. */
export interface ReceivedCloudEvent extends CloudEventAttributes {
  readonly specversion: '1.0';
  readonly data: unknown;
}

export type ReadCloudEvent = { readonly ok: true; readonly event: ReceivedCloudEvent } | { readonly ok: false; readonly reason: string };

const jsonType = 'application/json';

/** Binary mode of the Kafka binding: attributes in headers, JSON data in the body. Throws where the data has no JSON form. */
export function toMessage(key: string, event: CloudEventAttributes, data: unknown): Message {
  const body: string | undefined = JSON.stringify(data);
  if (body === undefined) throw new TypeError(`event ${event.id} has no data`);
  return {
    key,
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: event.source,
      ce_type: event.type,
      ...(event.time !== undefined && { ce_time: event.time }),
      ...(event.subject !== undefined && { ce_subject: event.subject }),
      'content-type': event.datacontenttype ?? jsonType,
    },
    body,
  };
}

/** Reads a message in binary mode; anything may have been published, so the reason is one to park it with. */
export function fromMessage({ headers, body }: Message): ReadCloudEvent {
  const contentType = headers['content-type'] ?? jsonType;
  if (!isJsonType(contentType)) return refused(`content-type is ${contentType}, not JSON`);
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch (error) {
    return refused(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { ce_specversion: specversion, ce_id: id, ce_source: source, ce_type: type, ce_time: time, ce_subject: subject } = headers;
  return readAttributes({ specversion, id, source, type, time, subject, datacontenttype: contentType }, data);
}

/** Reads an event in structured mode, as HTTP brings it. Unknown attributes are extensions: allowed and left out. */
export function readCloudEvent(value: unknown): ReadCloudEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused('a CloudEvent is an object');
  const given = value as Record<string, unknown>;
  if ('data_base64' in given) return refused('data_base64 is not taken; send JSON in data');
  return readAttributes(given, given['data']);
}

function readAttributes(given: Record<string, unknown>, data: unknown): ReadCloudEvent {
  const { specversion, id, source, type, time, subject, datacontenttype } = given;
  if (specversion !== '1.0') return refused('specversion must be "1.0"');
  if (!isFilled(id)) return refused('id must be a string and not empty');
  if (!isFilled(source)) return refused('source must be a string and not empty');
  if (!isFilled(type)) return refused('type must be a string and not empty');
  if (isGiven(time) && !(typeof time === 'string' && isRfc3339(time))) return refused('time must be an RFC 3339 timestamp');
  if (isGiven(subject) && !isFilled(subject)) return refused('subject must be a string and not empty');
  if (isGiven(datacontenttype) && !(isFilled(datacontenttype) && isJsonType(datacontenttype)))
    return refused('datacontenttype must be JSON');
  const optional = {
    ...(isGiven(time) && { time: time as string }),
    ...(isGiven(subject) && { subject: subject as string }),
    ...(isGiven(datacontenttype) && { datacontenttype: datacontenttype as string }),
  };
  return { ok: true, event: { specversion, id, source, type, ...optional, data } };
}

/** The format and the calendar: 30 February and 25 o'clock are refused; a leap second, which `Date` cannot hold, too. */
function isRfc3339(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):(\d{2}))$/.exec(text);
  if (!parts) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offsetHour = 0, offsetMinute = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  const dateIsThere = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth;
  return dateIsThere && hour <= 23 && minute <= 59 && second <= 59 && offsetHour <= 23 && offsetMinute <= 59;
}

function isJsonType(contentType: string): boolean {
  return /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType);
}

/** An attribute that is null counts as not given, as the JSON format has it. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function refused(reason: string): ReadCloudEvent {
  return { ok: false, reason };
}
