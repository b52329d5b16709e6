import fc from 'fast-check';
import { fromMessage, readCloudEvent, toMessage } from '../src/index.js';

const whole = { specversion: '1.0', id: '1', source: '/billing', type: 'billing.subscription.renewed', data: { accountId: 'a-1' } };

function reasonOf(value: unknown): string | undefined {
  const read = readCloudEvent(value);
  return read.ok ? undefined : read.reason;
}

describe('a CloudEvent in binary mode', () => {
  it('has its attributes in the headers and its data in the body', () => {
    const event = { id: 'e-1', source: '/credits', type: 'credits.allotted', time: '2027-01-31T10:00:00.000Z', subject: 'a-1' };
    expect(toMessage('a-1', event, { credits: 4 })).toEqual({
      key: 'a-1',
      headers: {
        ce_specversion: '1.0',
        ce_id: 'e-1',
        ce_source: '/credits',
        ce_type: 'credits.allotted',
        ce_time: '2027-01-31T10:00:00.000Z',
        ce_subject: 'a-1',
        'content-type': 'application/json',
      },
      body: '{"credits":4}',
    });
  });

  it('is read as it was written, whatever is in it', () => {
    const filled = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(filled, filled, filled, fc.option(filled, { nil: undefined }), fc.jsonValue(), (id, source, type, subject, data) => {
        const event = { id, source, type, ...(subject !== undefined && { subject }) };
        const plain: unknown = JSON.parse(JSON.stringify(data));
        expect(fromMessage(toMessage('k', event, data))).toEqual({
          ok: true,
          event: { specversion: '1.0', ...event, datacontenttype: 'application/json', data: plain },
        });
      }),
    );
  });

  it('is not written without data', () => {
    expect(() => toMessage('k', whole, undefined)).toThrow('event 1 has no data');
  });

  it.each([
    ['no headers', {}, '{}', 'specversion'],
    ['another content type', { 'content-type': 'text/xml' }, '<a/>', 'content-type is text/xml'],
    ['a body that is cut', { ce_specversion: '1.0' }, '{"a":', 'not JSON'],
    ['no body', { ce_specversion: '1.0' }, '', 'not JSON'],
    ['an empty id', { ce_specversion: '1.0', ce_id: '' }, '{}', 'id must be'],
  ])('is refused with a reason for %s', (_, headers, body, reason) => {
    expect(fromMessage({ key: 'k', headers, body })).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('a CloudEvent in structured mode', () => {
  it('is read with what it has, extensions left out', () => {
    expect(readCloudEvent({ ...whole, traceparent: '00-1', time: null })).toEqual({ ok: true, event: whole });
    const more = { ...whole, time: '2027-01-31T10:00:00Z', subject: 's', datacontenttype: 'application/json; charset=utf-8' };
    expect(readCloudEvent(more)).toEqual({ ok: true, event: more });
  });

  it('leaves it to the caller what the data must be', () => {
    for (const data of [undefined, null, 7, 'text', []]) expect(reasonOf({ ...whole, data })).toBeUndefined();
  });

  it.each([
    [undefined, 'an object'],
    [null, 'an object'],
    [[whole], 'an object'],
    ['{}', 'an object'],
    [{ ...whole, specversion: '0.3' }, 'specversion'],
    [{ ...whole, specversion: 1 }, 'specversion'],
    [{ ...whole, id: '' }, 'id'],
    [{ ...whole, id: 7 }, 'id'],
    [{ ...whole, source: undefined }, 'source'],
    [{ ...whole, type: {} }, 'type'],
    [{ ...whole, subject: '' }, 'subject'],
    [{ ...whole, datacontenttype: 'application/jsonp' }, 'datacontenttype'],
    [{ ...whole, data_base64: 'AA==' }, 'data_base64'],
  ])('is refused with a reason: %j', (value, reason) => {
    expect(reasonOf(value)).toContain(reason);
  });

  it.each(['2027-01-31T10:00:00Z', '2028-02-29T23:59:59.123456789+05:30', '2027-01-31t10:00:00z', '0001-01-01T00:00:00-23:59'])(
    'takes the time %s',
    (time) => {
      expect(reasonOf({ ...whole, time })).toBeUndefined();
    },
  );

  it.each([
    '',
    'yesterday',
    '2027-01-31',
    '2027-01-31 10:00:00Z',
    '2027-01-31T10:00:00',
    '2027-02-29T10:00:00Z',
    '2027-13-01T10:00:00Z',
    '2027-00-01T10:00:00Z',
    '2027-01-31T24:00:00Z',
    '2027-01-31T10:60:00Z',
    '2027-01-31T10:00:00.Z',
    '2027-01-31T10:00:00+24:00',
    ' 2027-01-31T10:00:00Z',
  ])('refuses the time "%s"', (time) => {
    expect(reasonOf({ ...whole, time })).toContain('time');
  });

  it('answers to anything, and never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => typeof readCloudEvent(value).ok === 'boolean'));
    expect(reasonOf({ ...whole, time: 1_800_000_000_000 })).toContain('time');
  });
});
